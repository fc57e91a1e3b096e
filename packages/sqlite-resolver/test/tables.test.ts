import { externalRefCases, type SchemaVariant, sqlQuotingCases } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { openStore } from "./support/store.ts";
import { freshTown } from "./support/watching.ts";

const schemas: readonly SchemaVariant[] = ["0.47.1", "minimal"];

describe.for(schemas)("ids that try to break out, in a %s database", (schema) => {
  test.for(sqlQuotingCases())("$name", async ({ id, others }) => {
    const town = freshTown({ schema, rigs: {} });
    town.createIssue({ id, rig: "hq" });
    town.close(id, { rig: "hq" });
    const own = [town.createConvoy({ rawTracks: [id] }), town.createConvoy({ rawTracks: [`external:x:${id}`] })];
    for (const other of others) town.createIssue({ id: other, rig: "hq" });
    const rest = others.map((other) => town.createConvoy({ rawTracks: [other] }));
    const { store } = openStore(town.dir);

    const tracking = await store.convoysTracking([id]);
    expect([...(tracking.get(id) ?? [])].toSorted()).toEqual(own.toSorted());
    const convoys = await store.readConvoys([...own, ...rest]);
    expect(convoys.get(own[0] ?? "")?.tracked).toMatchObject([{ id, state: "done" }]);
    for (const [nth, convoy] of rest.entries()) {
      expect(convoys.get(convoy)?.tracked).toMatchObject([
        { id: others[nth], state: others[nth] === "" ? "unknown" : "open" },
      ]);
    }
    expect((await store.openConvoys()).length).toBe(own.length + rest.length);
    expect(town.status(id, "hq")).toBe("closed");
    for (const other of others) expect(town.status(other, "hq")).toBe("open");
  });

  test("one closed convoy is found by what it tracks, exactly", async () => {
    const town = freshTown({ schema, rigs: {} });
    const reference = "external:x:al-a_b";
    const convoy = town.createConvoy({ rawTracks: [reference] });
    town.close(convoy);
    const { store } = openStore(town.dir);
    expect(await store.closedConvoysTracking?.("al-a_b")).toEqual([convoy]);
    for (const near of ["al-axb", "a_b", "AL-A_B", "x:al-a_b", reference, ""]) {
      expect([near, await store.closedConvoysTracking?.(near)]).toEqual([near, []]);
    }
  });
});

describe("references as they are stored", () => {
  test.for(externalRefCases())("$name: $reference and $id ($why)", async ({ reference, id, matches }) => {
    const town = freshTown({ rigs: {} });
    town.createIssue({ id, rig: "hq" });
    town.close(id, { rig: "hq" });
    const convoy = town.createConvoy({ rawTracks: [reference] });
    const { store } = openStore(town.dir);
    expect([...((await store.convoysTracking([id])).get(id) ?? [])]).toEqual(matches ? [convoy] : []);
    const [tracked] = (await store.readConvoys([convoy])).get(convoy)?.tracked ?? [];
    expect(tracked?.reference).toBe(reference);
    if (matches && !reference.startsWith("external:")) expect(tracked?.state).toBe("done");
    if (!matches) expect(tracked?.state).not.toBe("done");
  });
});
