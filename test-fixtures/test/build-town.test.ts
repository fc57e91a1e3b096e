import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import Database from "better-sqlite3";
import { describe, expect, it } from "vitest";
import { buildTown, openTown, tempDir } from "../src/index.ts";
import type { SchemaVariant } from "../src/index.ts";

const rigs = {
  alpha: { prefix: "al" },
  beta: { prefix: "be", path: "beta/mayor/rig" },
  gamma: { prefix: "ga", redirect: true },
  delta: { prefix: "de", redirect: "../store/.beads", database: "delta.db" },
  epsilon: { prefix: "ep", backend: "dolt" },
} as const;

const text = (dir: string, file: string): string => readFileSync(join(dir, file), "utf8");

describe("files", () => {
  it("lays out the town as gt does", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    expect(text(dir.path, ".beads/routes.jsonl")).toBe(
      [
        '{"prefix":"hq-","path":"."}',
        '{"prefix":"al-","path":"alpha"}',
        '{"prefix":"be-","path":"beta/mayor/rig"}',
        '{"prefix":"ga-","path":"gamma"}',
        '{"prefix":"de-","path":"delta"}',
        '{"prefix":"ep-","path":"epsilon"}',
        "",
      ].join("\n"),
    );
    expect(text(dir.path, "alpha/.beads/metadata.json")).toBe(
      '{\n  "database": "beads.db",\n  "jsonl_export": "issues.jsonl"\n}',
    );
    expect(text(dir.path, "gamma/.beads/redirect")).toBe("mayor/rig/.beads\n");
    expect(town.db("gamma")).toBe(join(dir.path, "gamma/mayor/rig/.beads/beads.db"));
    expect(town.db("delta")).toBe(join(dir.path, "store/.beads/delta.db"));
    expect(JSON.parse(text(dir.path, "epsilon/.beads/metadata.json"))).toMatchObject({
      backend: "dolt",
      dolt_database: "epsilon",
      dolt_server_port: 1,
    });
    expect(JSON.parse(text(dir.path, "mayor/town.json"))).toMatchObject({ type: "town" });
    expect(town.rigs).toEqual(["alpha", "beta", "gamma", "delta", "epsilon"]);
  });

  it("writes the routes it is given, and no town.json when told so", () => {
    using dir = tempDir();
    buildTown(dir.path, { routes: "broken\n", withTownJson: false });
    expect(text(dir.path, ".beads/routes.jsonl")).toBe("broken\n");
    expect(existsSync(join(dir.path, "mayor"))).toBe(false);
  });

  it("leaves no journal behind", () => {
    using dir = tempDir();
    const town = buildTown(dir.path, { rigs });
    town.close(town.createIssue({ rig: "alpha" }));
    town.createConvoy({ tracks: [] });
    const names = readdirSync(dir.path, { recursive: true }).map(String);
    expect(names.filter((name) => /-(wal|shm|journal)$/.test(name))).toEqual([]);
  });

  it("may redirect the town itself, whose routes stay where they are", () => {
    using dir = tempDir();
    buildTown(dir.path, { hq: { redirect: "store/.beads" } }).addRig("alpha", { prefix: "al" });
    const town = openTown(dir.path);
    expect(town.db()).toBe(join(dir.path, "store/.beads/beads.db"));
    expect(town.rigs).toEqual(["alpha"]);
  });

  it("opens again as it was built", () => {
    using dir = tempDir();
    const built = buildTown(dir.path, { rigs });
    const opened = openTown(dir.path);
    expect(opened.rigs).toEqual(built.rigs);
    for (const rig of ["hq", ...built.rigs]) expect(opened.db(rig)).toBe(built.db(rig));
  });
});

describe("later", () => {
  it("adds a rig", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    town.addRig("alpha", { prefix: "al" });
    town.close(town.createIssue({ id: "al-1" }));
    expect(town.rigs).toEqual(["alpha"]);
    expect(openTown(dir.path).status("al-1", "alpha")).toBe("closed");
  });

  it("replaces a file", () => {
    using dir = tempDir();
    const town = buildTown(dir.path);
    const id = town.createIssue();
    const { ino } = statSync(town.db());
    town.replaceFile();
    expect(statSync(town.db()).ino).not.toBe(ino);
    expect(town.status(id)).toBe("open");
  });
});

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
    const [closed, gone, brought] = ["al-1", "be-1", "hq-1"].map((id) => town.createIssue({ id, labels: ["x"] }));
    const convoy = town.createConvoy({ tracks: ["al-1", "be-1", "hq-1"] });
    town.close(closed!, { feed: true });
    town.tombstone(gone!);
    town.importClosed(brought!);
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
