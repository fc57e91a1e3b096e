import { sqlQuotingCases } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { MemoryTown } from "./support/memory-town.ts";

test("an issue leads to the open convoys that track it, whichever way they name it", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "external:gastown:gt-1");
  town.convoy("hq-cv-b", "gt-1", "external:gt-1:gt-1");
  town.convoy("hq-cv-c", "gt-1");
  town.close("hq-cv-c");
  const found = await town.store.convoysTracking(["gt-1", "gt-2"]);
  expect([...found]).toEqual([["gt-1", ["hq-cv-a", "hq-cv-b"]]]);
});

test("a convoy's own id leads to it", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a");
  expect([...(await town.store.convoysTracking(["hq-cv-a"]))]).toEqual([["hq-cv-a", ["hq-cv-a"]]]);
});

test("as long as the town does not change, its edges are read once", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  await town.store.convoysTracking(["gt-1"]);
  town.town.queries.length = 0;
  for (let count = 0; count < 10; count += 1) await town.store.convoysTracking(["gt-1"]);
  expect(new Set(town.town.queries)).toEqual(new Set(["revision"]));
});

test("what changes is seen at the next question", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  expect((await town.store.convoysTracking(["gt-2"])).size).toBe(0);
  town.town.track("hq-cv-a", "gt-2");
  expect((await town.store.convoysTracking(["gt-2"])).size).toBe(1);
  town.close("hq-cv-a");
  expect((await town.store.convoysTracking(["gt-2"])).size).toBe(0);
});

test("a change while the edges are read is not missed afterwards", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  town.town.pause = (query) => {
    if (query === "openTracks") {
      town.town.pause = undefined;
      town.town.track("hq-cv-a", "gt-2");
    }
    return undefined;
  };
  await town.store.convoysTracking(["gt-1"]);
  expect((await town.store.convoysTracking(["gt-2"])).size).toBe(1);
});

test("questions at the same time get the same answer", async () => {
  const town = new MemoryTown();
  town.convoy("hq-cv-a", "gt-1");
  const answers = await Promise.all(Array.from({ length: 20 }, () => town.store.convoysTracking(["gt-1"])));
  for (const answer of answers) expect([...answer]).toEqual([["gt-1", ["hq-cv-a"]]]);
});

test.for(sqlQuotingCases().map((row) => [row.name, row] as const))("sql-quoting: %s", async ([, { id, others }]) => {
  const town = new MemoryTown();
  town.town.put("hq-cv-a", { convoy: true });
  town.town.track("hq-cv-a", `external:gastown:${id}`);
  const found = await town.store.convoysTracking([id, ...others]);
  expect([...found.keys()]).toEqual(id === "" ? [] : [id]);
});
