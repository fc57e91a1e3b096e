import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { buildTown, openTown, tempDir } from "../src/index.ts";
import type { SchemaVariant } from "../src/index.ts";

const rigs = { alpha: { prefix: "al" }, beta: { prefix: "be", path: "beta/mayor/rig" } };

describe("rows", () => {
  it("references issues of rigs by the rig, and those of the town by their bare id", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    const tracks = ["al-1", "be-1", "hq-1"];
    for (const id of tracks) town.createIssue({ id });
    const convoy = town.createConvoy({ tracks, rawTracks: ["external:ghost:gh-1"], labels: ["gt:convoy"] });
    town.track(convoy, "external:al:al-2");
    town.untrack(convoy, "hq-1");
    expect(convoy).toMatch(/^hq-cv-[a-z2-7]{5}$/);
    const db = new Database(town.db());
    const rows = db.prepare("SELECT depends_on_id, type, created_by, metadata, thread_id FROM dependencies").all();
    const common = { type: "tracks", created_by: "dev", metadata: "", thread_id: "" };
    const references = ["external:alpha:al-1", "external:beta:be-1", "external:ghost:gh-1", "external:al:al-2"];
    expect(rows).toEqual(references.map((depends_on_id) => ({ depends_on_id, ...common })));
    expect(db.prepare("SELECT issue_type, status FROM issues WHERE id = ?").get(convoy)).toEqual({
      issue_type: "convoy",
      status: "open",
    });
    expect(db.prepare("SELECT label FROM labels").pluck().all()).toEqual(["gt:convoy"]);
    db.close();
    expect(town.events(convoy).map(({ event_type }) => event_type)).toEqual([
      "created",
      "label_added",
      "dependency_added",
      "dependency_added",
      "dependency_added",
      "dependency_added",
      "dependency_added",
      "dependency_removed",
    ]);
  });

  it("has two formats of times", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    const id = town.createIssue();
    town.close(id);
    const db = new Database(town.db());
    const local = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{0,8}[1-9])?(Z|[+-]\d\d:\d\d)$/;
    const times = db.prepare<[], Record<string, string>>("SELECT created_at, updated_at, closed_at FROM issues").get();
    for (const time of Object.values(times ?? {})) expect(time).toMatch(local);
    db.close();
    for (const { created_at } of town.events(id)) expect(created_at).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/);
  });

  it("writes the events that bd writes", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    const id = town.createIssue({ id: "al-1", title: "One" });
    town.setStatus(id, "in_progress");
    town.close(id, { reason: "done" });
    town.reopen(id);
    town.importClosed(id);
    town.tombstone(id);
    const seen = town
      .events(id)
      .map(({ event_type, actor, new_value, comment }) => ({ event_type, actor, new_value, comment }));
    expect(seen.slice(1)).toEqual([
      { event_type: "status_changed", actor: "dev", new_value: '{"status":"in_progress"}', comment: null },
      { event_type: "closed", actor: "dev", new_value: null, comment: "done" },
      {
        event_type: "reopened",
        actor: "dev",
        new_value: '{"close_reason":"","closed_at":null,"status":"open"}',
        comment: null,
      },
      {
        event_type: "updated",
        actor: "import",
        new_value: expect.stringContaining('"status":"closed"'),
        comment: null,
      },
      { event_type: "deleted", actor: "batch delete", new_value: null, comment: "batch delete" },
    ]);
    expect(town.status(id)).toBe("tombstone");
    town.hardDelete(id);
    expect(town.status(id)).toBeUndefined();
    expect(town.events(id)).toEqual([]);
  });

  it("closes without an event when told so", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    const id = town.createIssue();
    town.close(id, { event: false });
    expect(town.status(id)).toBe("closed");
    expect(town.events(id)).toHaveLength(1);
  });

  it("finds an issue whatever its prefix says", () => {
    using dir = tempDir();
    buildTown(dir.path, { rigs }).createIssue({ id: "al-odd", rig: "beta" });
    const town = openTown(dir.path);
    town.close("al-odd");
    expect(town.status("al-odd", "beta")).toBe("closed");
    expect(town.status("al-odd", "alpha")).toBeUndefined();
    expect(() => town.close("al-none")).toThrow("There is no issue al-none");
  });

  it.each<SchemaVariant>(["0.46", "0.47.1", "0.49.6", "minimal"])("works on schema %s", (schema) => {
    using dir = tempDir();
    const town = buildTown(dir.path, { schema, rigs });
    for (const id of ["al-1", "be-1", "hq-1"]) town.createIssue({ id, labels: ["x"] });
    const convoy = town.createConvoy({ tracks: ["al-1", "be-1", "hq-1"] });
    town.close("al-1", { feed: true });
    town.tombstone("be-1");
    town.importClosed("hq-1");
    expect([convoy, "al-1", "be-1", "hq-1"].map((id) => town.status(id))).toEqual([
      "open",
      "closed",
      "tombstone",
      "closed",
    ]);
    town.reopen("al-1");
    expect(town.status("al-1")).toBe("open");
  });
});
