import { expect, test } from "vitest";
import { createGoneIssues, type Found } from "../src/find-issues.ts";
import type { GoneIssue, Home, IssueDatabase, IssueRow } from "../src/issue-database.ts";

const row = (id: string, status: string): IssueRow => ({ id, status });

function homeThat(knows: (ids: readonly string[]) => Promise<ReadonlyMap<string, GoneIssue>>): Home {
  return {
    prefix: "al-",
    path: "alpha",
    rig: "alpha",
    open: async () => ({ gone: knows }) as unknown as IssueDatabase,
  };
}

const goneFrom = (home: Home, id = "al-1"): Found => ({ id, rig: "alpha", why: "it is gone", goneFrom: home });

test("a database is asked about an issue that is gone once in ten minutes, and once more when it was there again", async () => {
  let now = 0;
  const asked: (readonly string[])[] = [];
  const home = homeThat(async (ids) => {
    asked.push(ids);
    return new Map();
  });
  const gone = createGoneIssues(() => now);
  const note = () => gone.note(["al-1", "al-1", "al-2"].map((id) => goneFrom(home, id)));
  await note();
  await note();
  expect(asked).toEqual([["al-1", "al-2"]]);
  now = 600_000;
  await note();
  expect(asked).toHaveLength(2);
  await gone.note([{ id: "al-1", row: row("al-1", "open"), rig: "alpha" }]);
  await gone.note([goneFrom(home)]);
  expect(asked.at(-1)).toEqual(["al-1"]);
});

test("what could not be read is not gone", async () => {
  const gone = createGoneIssues(() => 0);
  const unread: Found = { id: "al-1", rig: "alpha", why: "it cannot be read", unread: true };
  await gone.note([{ id: "al-1", row: row("al-1", "closed"), rig: "alpha" }]);
  await gone.note([unread]);
  expect(gone.explain("hq-cv-a", unread)).toBe(unread);
});

test("those seen last are remembered, and not without end", async () => {
  const gone = createGoneIssues(() => 0);
  const home = homeThat(async () => new Map());
  const all = Array.from({ length: 10_001 }, (_, index) => `al-${index}`);
  await gone.note(all.map((id) => ({ id, row: row(id, "closed"), rig: "alpha" })));
  const stateOf = (id: string): string | undefined => gone.explain("hq-cv-a", goneFrom(home, id)).row?.status;
  expect([stateOf("al-0"), stateOf("al-5001"), stateOf("al-10000")]).toEqual([undefined, "closed", "closed"]);
});

test("a convoy whose name can be no argument is in no command", async () => {
  let now = 0;
  const gone = createGoneIssues(() => now);
  const found = goneFrom(homeThat(async () => new Map()));
  await gone.note([found]);
  now = 600_000;
  expect(gone.explain("hq-cv-a", found).why).toContain("gt convoy close hq-cv-a --force");
  expect(gone.explain("--all", found).why).toBe("it is gone");
});
