import { gateSays, type MergeGateCase, mergeGateCases } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { fingerprint } from "../src/convoy.ts";
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

/** The last merge request of the table changed at 16:11:40. */
const gate = { staleAfter: 3_600_000, wall: () => Date.parse("2026-11-25T16:30:00Z") };

describe("the table", () => {
  test.for(mergeGateCases())("$name", async (row) => {
    const convoy = await gated(row);
    expect(judge(convoy).kind).toBe(row.verdict);
    expect(gateSays(convoy.tracked)).toEqual({ unmerged: row.unmerged, words: row.words });
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
        variant("unknown", { tracked: [{ ...issue, id: "al-7", state: "unknown" }] }),
        variant("waiting", { tracked: [issue, { ...issue, id: "al-5", state: "open" }] }),
        variant("direct", { merge: "direct", tracked: [{ ...issue, id: "al-6" }] }),
      ]);
    },
  };
  await gatedStore(counting, gate).readConvoys([]);
  expect(asked).toEqual([["al-9wn", "al-2"]]);
});

describe("a hold", () => {
  const [row = expect.fail("no case")] = mergeGateCases();
  const read = async (wall: string): Promise<ConvoySnapshot | undefined> =>
    (await gatedStore(store(row), { ...gate, wall: () => Date.parse(wall) }).readConvoys(["hq-cv-a"])).get("hq-cv-a");

  test("is stale when its merge request has not changed for so long, and stays a hold", async () => {
    for (const [wall, stale] of [
      ["2026-11-25T17:09:49Z", undefined],
      ["2026-11-25T17:09:50Z", true],
      ["2026-11-20T00:00:00Z", undefined],
    ] as const) {
      const convoy = await read(wall);
      expect(convoy?.tracked[0]?.unmerged).toMatchObject({ request: "al-wisp-hc4", since: "2026-11-25T16:09:50Z" });
      expect([wall, convoy?.tracked[0]?.unmerged?.stale]).toEqual([wall, stale]);
      expect(convoy && judge(convoy).kind).toBe("waiting");
    }
  });

  test("ends where a merge is written between two looks, and the snapshots differ", async () => {
    const merged = mergeGateCases().find(({ name }) => name === "closed, and its merge request is merged");
    const before = await gated(row);
    const after = await gated(merged ?? expect.fail("no such case"));
    expect([judge(before).kind, judge(after).kind]).toEqual(["waiting", "complete"]);
    expect(fingerprint(before)).not.toBe(fingerprint(after));
  });

  test("holds beside an issue that cannot be told", async () => {
    const inner = store(row);
    const convoys = await gatedStore(
      {
        ...inner,
        async readConvoys(ids) {
          const found = (await inner.readConvoys(ids)).get("hq-cv-a") ?? expect.fail("no convoy");
          const lost = { reference: "xx-1", id: "xx-1", state: "unknown", why: "no route leads to xx-1" } as const;
          return new Map([["hq-cv-a", { ...found, tracked: [...found.tracked, lost] }]]);
        },
      },
      gate,
    ).readConvoys(["hq-cv-a"]);
    const verdict = judge(convoys.get("hq-cv-a") ?? expect.fail("no convoy"));
    expect(verdict).toMatchObject({ kind: "waiting", done: 0, unknown: 1, unmerged: 1, total: 2 });
  });
});

test("a change of a merge request is as good as one of its issue", async () => {
  const asked: (readonly string[])[] = [];
  const inner = store(mergeGateCases()[0] ?? expect.fail("no case"));
  const { convoysTracking } = gatedStore(
    {
      ...inner,
      async convoysTracking(issues) {
        asked.push(issues);
        return new Map(issues.filter((id) => id === "al-1" || id === "al-9wn").map((id) => [id, [`hq-cv-${id}`]]));
      },
      mergeSources: async (ids) =>
        new Map(
          ids.flatMap((id) => {
            const source = { "al-wisp-hc4": "al-9wn", "al-wisp-x": "al-untracked" }[id];
            return source === undefined ? [] : [[id, source]];
          }),
        ),
    },
    gate,
  );
  expect([...(await convoysTracking(["al-1"]))]).toEqual([["al-1", ["hq-cv-al-1"]]]);
  expect([...(await convoysTracking(["al-1", "al-wisp-hc4", "al-wisp-x", "al-none"]))]).toEqual([
    ["al-1", ["hq-cv-al-1"]],
    ["al-wisp-hc4", ["hq-cv-al-9wn"]],
  ]);
  expect(asked).toEqual([["al-1"], ["al-1", "al-wisp-hc4", "al-wisp-x", "al-none"], ["al-9wn", "al-untracked"]]);
});

async function gated(row: MergeGateCase): Promise<ConvoySnapshot> {
  const convoys = await gatedStore(store(row), gate).readConvoys(["hq-cv-a"]);
  return convoys.get("hq-cv-a") ?? expect.fail("no convoy");
}

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
