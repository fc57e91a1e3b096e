import { sqlQuotingCases } from "@gastown/test-fixtures";
import * as fc from "fast-check";
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

/** A town with so many edges that to read them all costs more than to ask for a few. */
function crowded(): MemoryTown {
  const town = new MemoryTown();
  for (let number = 0; number < 300; number += 1) town.convoy(`hq-cv-${number}`, `gt-${number}`, "external:far:bd-1");
  return town;
}

test("after a change the database itself is asked, and says the same", async () => {
  const town = crowded();
  await town.store.convoysTracking(["gt-1"]);
  town.convoy("hq-cv-new", "external:gastown:gt-1");
  town.convoy("hq-cv-closed", "gt-1");
  town.close("hq-cv-closed", "hq-cv-7");
  town.town.queries.length = 0;
  const found = await town.store.convoysTracking(["gt-1", "gt-7", "hq-cv-7", "hq-cv-8", "hq-cv-new"]);
  expect(town.town.queries).not.toContain("openTracks");
  expect(Object.fromEntries(found)).toEqual({
    "gt-1": ["hq-cv-1", "hq-cv-new"],
    "hq-cv-8": ["hq-cv-8"],
    "hq-cv-new": ["hq-cv-new"],
  });
});

test("once so much has been asked that it pays, everything is read anew, once", async () => {
  const town = crowded();
  await town.store.convoysTracking(["gt-1"]);
  town.convoy("hq-cv-new", "gt-1");
  town.town.queries.length = 0;
  for (let number = 0; number < 50; number += 1) await town.store.convoysTracking([`gt-${number}`]);
  expect(town.town.queries.filter((query) => query === "openTracks")).toHaveLength(1);
  expect(town.town.queries.filter((query) => query === "openTracksOf").length).toBeLessThan(10);
});

test("a database that would have to read all of it is not asked", async () => {
  const town = crowded();
  town.town.openTracksOf = async () => undefined;
  await town.store.convoysTracking(["gt-1"]);
  town.convoy("hq-cv-new", "gt-1");
  expect([...(await town.store.convoysTracking(["gt-1"]))]).toEqual([["gt-1", ["hq-cv-1", "hq-cv-new"]]]);
});

test("whichever way it is answered, and whatever changes between, the answer is the same", async () => {
  const issue = fc.constantFrom("gt-1", "gt-2", "bd-1", "hq-1", "hq-cv-1");
  const step = fc.record({
    what: fc.constantFrom("track", "close", "open", "ask", "ask"),
    convoy: fc.constantFrom("hq-cv-1", "hq-cv-2", "hq-cv-x"),
    issue,
    others: fc.array(issue, { maxLength: 3 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 20 }), async (steps) => {
      const [asking, reading] = [crowded(), crowded()];
      reading.town.openTracksOf = async () => undefined;
      for (const { what, convoy, issue: one, others } of steps) {
        for (const town of [asking, reading]) {
          if (what === "track") town.convoy(convoy, `external:far:${one}`);
          else if (what === "close") town.close("hq-cv-1");
          else if (what === "open") town.set("open", "hq-cv-1");
        }
        const asked = [one, ...others];
        const sorted = (found: ReadonlyMap<string, readonly string[]>): unknown =>
          [...found].map(([id, convoys]) => [id, convoys.toSorted()]).sort();
        expect(sorted(await asking.store.convoysTracking(asked))).toEqual(
          sorted(await reading.store.convoysTracking(asked)),
        );
      }
    }),
    { numRuns: 50 },
  );
});
