import { judge } from "@gastown/convoy-core";
import { copyRecordedTown, recordedTown, type SchemaVariant, tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { openStore, statesOf } from "./support/store.ts";
import { freshTown } from "./support/watching.ts";
import { startWriter } from "./support/writer.ts";

const schemas: readonly SchemaVariant[] = ["0.46", "0.47.1", "0.49.6", "minimal"];

describe.for(schemas)("a town of schema %s", (schema) => {
  test("is read: issues of every state, in rigs and in the town", async () => {
    const town = freshTown({
      schema,
      rigs: { alpha: { prefix: "al" }, beta: { prefix: "be", path: "beta/mayor/rig" } },
    });
    for (const id of ["al-open", "al-closed", "be-tomb", "hq-closed", "be-deleted"])
      town.createIssue({ id, title: `Title of ${id}` });
    for (const id of ["al-closed", "hq-closed"]) town.close(id);
    town.tombstone("be-tomb");
    town.hardDelete("be-deleted");
    const convoy = town.createConvoy({
      title: "All of them",
      tracks: ["al-closed", "al-open", "be-tomb", "be-deleted", "hq-closed"],
      rawTracks: ["external:ghost:gh-a"],
    });
    const { store } = openStore(town.dir);
    const read = (await store.readConvoys([convoy])).get(convoy);
    expect(read).toMatchObject({ id: convoy, status: "open", open: true, owned: false, staged: false });
    expect(Object.fromEntries(read?.tracked.map(({ id, state }) => [id, state]) ?? [])).toEqual({
      "al-closed": "done",
      "al-open": "open",
      "be-tomb": "done",
      "be-deleted": "unknown",
      "hq-closed": "done",
      "gh-a": "unknown",
    });
    expect(read?.tracked.find(({ id }) => id === "be-deleted")?.why).toContain("is gone");
    expect(read?.tracked.find(({ id }) => id === "gh-a")?.why).toContain("no route");
    if (schema !== "minimal") expect(read?.title).toBe("All of them");
    expect(await store.openConvoys()).toEqual([convoy]);
  });

  test("has each open convoy once, and no closed one", async () => {
    const town = freshTown({ schema });
    town.createIssue({ id: "al-a" });
    const ids = Array.from({ length: 60 }, () => town.createConvoy({ tracks: ["al-a"] }));
    for (const id of ids.slice(0, 5)) town.close(id);
    for (const id of ids.slice(5, 8)) town.tombstone(id);
    for (const id of ids.slice(8, 12)) town.setStatus(id, "in_progress");
    const { store } = openStore(town.dir);
    expect((await store.openConvoys()).toSorted()).toEqual(ids.slice(8).toSorted());
    expect((await store.convoysTracking(["al-a"])).get("al-a")?.length).toBe(52);
  });
});

test("what makes a convoy is its type or its label; owned and staged ones are told", async () => {
  const town = freshTown();
  town.createIssue({ id: "al-a" });
  const typed = town.createConvoy({ tracks: ["al-a"] });
  const labelled = town.createConvoy({ tracks: ["al-a"], type: "task", labels: ["gt:convoy"] });
  const owned = town.createConvoy({ tracks: ["al-a"], labels: ["gt:owned", "other"] });
  const staged = town.createConvoy({ tracks: ["al-a"], status: "staged_ready" });
  const task = town.createConvoy({ tracks: ["al-a"], type: "task" });
  const { store } = openStore(town.dir);
  expect((await store.openConvoys()).toSorted()).toEqual([typed, labelled, owned, staged].toSorted());
  const read = await store.readConvoys([typed, labelled, owned, staged, task]);
  expect([...read.values()].filter((convoy) => convoy.owned).map(({ id }) => id)).toEqual([owned]);
  expect([...read.values()].filter((convoy) => convoy.staged).map(({ id }) => id)).toEqual([staged]);
  expect(read.has(task), "an issue that tracks is no convoy").toBe(false);
  expect((await store.convoysTracking(["al-a"])).get("al-a")).not.toContain(task);
});

test("NULLs and odd types in columns are read without a stumble, and never as done", async () => {
  const town = freshTown({ schema: "minimal", rigs: {} });
  const file = town.db();
  const good = town.createConvoy({ rawTracks: ["hq-good"] });
  const writer = startWriter();
  await writer.sql(file, "insert into issues (id, status) values ('hq-good', 'closed')");
  for (const [id, status] of [
    ["'hq-number'", "5"],
    ["'hq-blob'", "x'636c6f736564'"],
    ["x'68712d6964'", "'closed'"],
    ["7", "'closed'"],
    ["7.5", "'closed'"],
    ["'hq-float'", "1e300"],
    ["'hq-upper'", "'CLOSED'"],
    ["'hq-space'", "' closed'"],
    ["'hq-empty'", "''"],
  ]) {
    await writer
      .sql(file, `insert into issues (id, status) values (${id}, ${status})`)
      .catch(() => "the schema forbids it");
  }
  const odd = town.createConvoy({
    rawTracks: ["hq-number", "hq-float", "hq-upper", "hq-space", "hq-empty", "hq-blob"],
  });
  await writer.sql(
    file,
    `insert into dependencies (issue_id, depends_on_id, type) values ('${odd}', x'68712d676f6f64', 'tracks')`,
  );
  await writer.sql(
    file,
    `insert into dependencies (issue_id, depends_on_id, type) values ('${odd}', 9007199254740993, 'tracks')`,
  );
  await writer
    .sql(file, `insert into dependencies (issue_id, depends_on_id, type) values (x'00ff', 'hq-good', 'tracks')`)
    .catch(() => undefined);
  await writer.sql(file, `insert into dependencies (issue_id, depends_on_id, type) values ('${odd}', '', 'tracks')`);
  const { store } = openStore(town.dir);
  const convoys = await store.readConvoys(await store.openConvoys());
  expect(convoys.get(good)?.tracked).toMatchObject([{ state: "done" }]);
  const states = (await statesOf(store, odd))[odd] ?? [];
  expect(states.length).toBeGreaterThanOrEqual(9);
  const blob = convoys.get(odd)?.tracked.find(({ id }) => id === "hq-blob");
  expect(blob?.state, "closed, but as a blob").not.toBe("done");
  expect(judge(convoys.get(odd) ?? expect.fail("it is not there")).kind).not.toBe("complete");
  for (const { tracked } of convoys.values())
    for (const { id, reference } of tracked) expect([typeof id, typeof reference]).toEqual(["string", "string"]);
  expect([...(await store.convoysTracking(["hq-good"])).keys()]).toEqual(["hq-good"]);
});

test("a schema that is migrated while the database is open is met anew", async () => {
  const town = freshTown({ schema: "minimal", rigs: {} });
  const convoy = town.createConvoy({ rawTracks: ["hq-a"] });
  const task = town.createConvoy({ rawTracks: ["hq-a"] });
  const { store } = openStore(town.dir);
  expect((await store.convoysTracking(["hq-a"])).get("hq-a")?.toSorted()).toEqual([convoy, task].toSorted());
  const writer = startWriter();
  await writer.sql(
    town.db(),
    `alter table issues add column issue_type text; update issues set issue_type = 'convoy' where id = '${convoy}'`,
  );
  expect((await store.convoysTracking(["hq-a"])).get("hq-a")).toEqual([convoy]);
  expect(await store.openConvoys()).toEqual([convoy]);
  await writer.sql(town.db(), "alter table issues rename column issue_type to kind");
  expect((await store.openConvoys()).toSorted()).toEqual([convoy, task].toSorted());
});

test("tables that bd rebuilds at every start do not make the database be opened anew", async () => {
  const town = freshTown({ rigs: {} });
  const { files } = openStore(town.dir);
  const database = files.places()[0]?.sqlite() ?? expect.fail("no database");
  const opening = (): Promise<number> => database.use(({ serial }) => serial);
  const before = await opening();
  const writer = startWriter();
  await writer.sql(town.db(), "begin; create table copy as select * from config; drop table copy; commit");
  await database.revision();
  expect(await opening()).toBe(before);
});

test("the revision changes with a commit, with a new opening, and with nothing else", async () => {
  const town = freshTown({ rigs: {}, journal: "delete" });
  const { files } = openStore(town.dir);
  const database = files.places()[0]?.sqlite() ?? expect.fail("no database");
  const first = await database.revision();
  await database.openConvoys();
  expect(await database.revision()).toBe(first);
  town.createIssue();
  const second = await database.revision();
  expect(second).not.toBe(first);
  database.close();
  town.createIssue();
  expect([first, second]).not.toContain(await database.revision());
});

test.skipIf(recordedTown() === undefined)(
  "the recorded town has six complete convoys, and no other (left out where there is no recording)",
  async () => {
    const { store } = openStore(copyRecordedTown(tempDir(onTestFinished).path));
    const convoys = await store.readConvoys(await store.openConvoys());
    const complete = [...convoys.values()].filter((convoy) => judge(convoy).kind === "complete").map(({ id }) => id);
    expect(complete.toSorted()).toEqual(
      ["45lfu", "3ebwm", "g3goy", "g4y2s", "m62mo", "mi7oy"].map((id) => `hq-cv-${id}`).toSorted(),
    );
  },
);
