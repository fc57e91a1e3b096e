import { type MergeGateCase, mergeGateCases } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import {
  type ConvoySnapshot,
  type ConvoyStore,
  createTownStore,
  DatabaseError,
  decideMerge,
  gatedStore,
  type Home,
  type IssueDatabase,
  judge,
  type MergeRequest,
  parseConvoyFields,
} from "../src/index.ts";

describe("the table", () => {
  test.for(mergeGateCases())("$name", async (row) => {
    const convoy = await gated(row);
    expect(judge(convoy).kind).toBe(row.verdict);
    expect(heldBack(convoy)).toEqual(row.unmerged);
    expect(wordsOf(convoy)).toEqual(row.words);
  });

  test("without the gate every convoy whose issues are done is complete", async () => {
    for (const row of mergeGateCases()) {
      const open = row.tracked.some(({ status }) => status === "open");
      const convoy = (await store(row).readConvoys(["hq-cv-a"])).get("hq-cv-a") ?? expect.fail("no convoy");
      expect([row.name, judge(convoy).kind]).toEqual([row.name, open ? "waiting" : "complete"]);
    }
  });
});

test("what is held counts as neither done nor open, and says why", async () => {
  const row = mergeGateCases().find(({ name }) => name === "a deleted issue beside one that is held");
  const verdict = judge(await gated(row ?? expect.fail("no such case")));
  expect(verdict).toMatchObject({ kind: "waiting", done: 1, open: 0, unknown: 0, unmerged: 1, total: 2 });
  expect(verdict.reasons).toEqual([
    "al-9wn is closed; its merge request al-wisp-hc4 (polecat/nux/al-9wn → main) is not merged",
  ]);
});

describe("times that are not there", () => {
  const request = (fields: Partial<MergeRequest>): MergeRequest => ({
    id: "al-wisp-1",
    status: "open",
    fields: {},
    blockers: [],
    ...fields,
  });

  test("one merge request is judged without them", () => {
    expect(decideMerge("al-1", { requests: [request({})] }).kind).toBe("hold");
  });

  test("of several, one that is merged may be the newest", () => {
    const requests = [request({}), request({ id: "al-wisp-2", status: "closed", closeReason: "merged" })];
    expect(decideMerge("al-1", { requests })).toEqual({
      kind: "pass",
      words: "merge state unknown: one of its merge requests is merged, and which is the newest cannot be told",
    });
  });

  test("of several, none of which is merged, one that is open holds", () => {
    const requests = [request({ status: "closed" }), request({ id: "al-wisp-2" })];
    expect(decideMerge("al-1", { requests })).toMatchObject({ kind: "hold", unmerged: { request: "al-wisp-2" } });
  });

  test("a rejection holds nothing up when the issue may have been closed after it", () => {
    const requests = [request({ status: "closed", closeReason: "rejected: no" })];
    expect(decideMerge("al-1", { requests, closedAt: "2026-11-25T16:00:00Z" })).toEqual({
      kind: "pass",
      words:
        "merge state unknown: its merge request al-wisp-1 was rejected: no, and whether al-1 was closed after that cannot be told",
    });
  });
});

test("merge requests are asked for once, and only where nothing else holds a convoy up", async () => {
  const asked: (readonly string[])[] = [];
  const [row] = mergeGateCases();
  const inner = store(row ?? expect.fail("no case"));
  const counting: ConvoyStore = {
    ...inner,
    mergeRequests: async (issues) => {
      asked.push(issues);
      return new Map();
    },
    async readConvoys() {
      const [convoy] = (await inner.readConvoys(["hq-cv-a"])).values();
      if (convoy === undefined) return expect.fail("no convoy");
      const issue = convoy.tracked[0] ?? expect.fail("no issue");
      const variant = (id: string, change: Partial<ConvoySnapshot>): [string, ConvoySnapshot] => [
        id,
        { ...convoy, id, ...change },
      ];
      return new Map([
        variant("a", {}),
        variant("b", { tracked: [issue, { ...issue, id: "al-2" }] }),
        variant("closed", { open: false, tracked: [{ ...issue, id: "al-3" }] }),
        variant("staged", { staged: true, tracked: [{ ...issue, id: "al-4" }] }),
        variant("empty", { tracked: [] }),
        variant("waiting", { tracked: [issue, { ...issue, id: "al-5", state: "open" }] }),
        variant("direct", { merge: "direct", tracked: [{ ...issue, id: "al-6" }] }),
      ]);
    },
  };
  await gatedStore(counting).readConvoys([]);
  expect(asked).toEqual([["al-9wn", "al-2"]]);
});

async function gated(row: MergeGateCase): Promise<ConvoySnapshot> {
  const convoys = await gatedStore(store(row)).readConvoys(["hq-cv-a"]);
  return convoys.get("hq-cv-a") ?? expect.fail("no convoy");
}

const heldBack = ({ tracked }: ConvoySnapshot): unknown =>
  Object.fromEntries(
    tracked.flatMap(({ id, unmerged }) => {
      if (unmerged === undefined) return [];
      const { since: _, ...rest } = unmerged;
      return [[id, rest]];
    }),
  );

const wordsOf = ({ tracked }: ConvoySnapshot): unknown =>
  Object.fromEntries(tracked.flatMap(({ id, mergeState }) => (mergeState === undefined ? [] : [[id, mergeState]])));

/** A town of these rows, in memory. */
function store(row: MergeGateCase): ConvoyStore {
  const home = (prefix: string, rig: string): Home => ({
    prefix,
    path: rig,
    rig,
    open: async () => database(row, rig),
  });
  const town = home("hq-", "town");
  return createTownStore(async () => ({ town, homes: [town, home("al-", "alpha"), home("be-", "beta")] }));
}

function database({ convoy, tracked, requests, others, missing }: MergeGateCase, rig: string): IssueDatabase {
  const issues = rig === "alpha" ? tracked : [];
  const done = new Set([...tracked, ...others].filter(({ status }) => status !== "open").map(({ id }) => id));
  const nothing = async (): Promise<never[]> => [];
  return {
    name: rig,
    revision: async () => "1",
    openConvoys: nothing,
    openTracks: nothing,
    closedConvoysTracking: nothing,
    convoys: async () => [{ id: "hq-cv-a", title: "", status: "open", owned: false, ...parseConvoyFields(convoy) }],
    tracks: async () => tracked.map(({ id }) => ({ convoy: "hq-cv-a", reference: `external:alpha:${id}` })),
    issues: async () => issues.map(({ id, status }) => ({ id, status })),
    async mergeRequests() {
      if (missing === "database" && rig === "alpha") throw new DatabaseError("locked", rig, `${rig} is locked`, "");
      if (missing === "wisps") return undefined;
      return {
        issues: issues.map(({ closed_at, close_reason, ...issue }) => ({
          ...issue,
          closeReason: close_reason,
          labels: issue.labels.filter((label) => label === "awaiting_refinery_merge" || label === "stranded-merge"),
          ...(closed_at !== null && { closedAt: closed_at }),
        })),
        requests: requests
          .filter((request) => request.rig === rig)
          .map(({ created_at, updated_at, closed_at, close_reason, blocked_by, ...request }) => ({
            ...request,
            createdAt: created_at,
            updatedAt: updated_at,
            closeReason: close_reason,
            blockers: blocked_by.filter((id) => !done.has(id)),
            ...(closed_at !== null && { closedAt: closed_at }),
          })),
      };
    },
  };
}
