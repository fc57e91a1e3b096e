import { parseAttachmentFields, parseMergeRequestFields, parseTime } from "./beads.ts";
import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { DatabaseError } from "./errors.ts";
import { ask, type Home, type MergeRows } from "./issue-database.ts";
import { decideMerge, type MergeRequest, type MergeRequests, type Unmerged } from "./merge-gate.ts";
import type { ConvoyStore } from "./ports.ts";
import { routeOf } from "./routes.ts";

/**
 * What the rows say of the merging of these issues, a query for each database. A merge request lies in the database of
 * its issue. What cannot be read is told in words, and is no failure.
 */
export async function readMergeRequests(
  issues: readonly string[],
  homes: readonly Home[],
  town: Home,
): Promise<ReadonlyMap<string, MergeRequests>> {
  const wanted = byHome(issues, homes, town);
  const known = new Map<string, MergeRequests>();
  const strays: string[] = [];
  await Promise.all(
    [...wanted].map(async ([home, ids]) => {
      const there = await readHome(home, ids);
      for (const [id, found] of there) known.set(id, found);
      if (home.path !== town.path) strays.push(...ids.filter((id) => !there.has(id)));
    }),
  );
  // An issue that is missing where its route leads may be the town's own.
  if (strays.length > 0) for (const [id, found] of await readHome(town, strays)) known.set(id, found);
  return known;
}

/** For those of these ids that are merge requests, the issue that each is about. What cannot be read is left out. */
export async function readMergeSources(
  ids: readonly string[],
  homes: readonly Home[],
  town: Home,
): Promise<ReadonlyMap<string, string>> {
  const sources = await Promise.all(
    [...byHome(ids, homes, town)].map(([home, there]) =>
      ask(home, async (database) => [...((await database.mergeSources?.(there)) ?? [])]),
    ),
  );
  return new Map(sources.flatMap((found) => (found instanceof DatabaseError ? [] : found)));
}

function byHome(ids: readonly string[], homes: readonly Home[], town: Home): ReadonlyMap<Home, string[]> {
  return Map.groupBy(ids, (id) => routeOf(homes, id) ?? town);
}

/** Those of these issues that this database has; all of them when it cannot be read. */
async function readHome(home: Home, ids: readonly string[]): Promise<ReadonlyMap<string, MergeRequests>> {
  const unread = (why: string): Map<string, MergeRequests> =>
    new Map(ids.map((id) => [id, { requests: [], unread: why }]));
  const rows = await ask(home, (database) => database.mergeRequests?.(ids));
  if (rows instanceof DatabaseError) return unread(rows.message);
  if (rows === undefined) return unread(`${home.rig} does not keep merge requests where they can be read`);
  return byIssue(rows);
}

function byIssue({ issues, requests }: MergeRows): ReadonlyMap<string, MergeRequests> {
  const parsed = requests.map(({ description, ...row }): MergeRequest => ({
    ...row,
    fields: parseMergeRequestFields(description),
  }));
  const requestsOf = Map.groupBy(parsed, ({ fields }) => fields.sourceIssue);
  return new Map(
    issues.map(({ id, description, ...row }) => [
      id,
      { ...row, requests: requestsOf.get(id) ?? [], attachment: parseAttachmentFields(description) },
    ]),
  );
}

/** How a gate tells a hold that may never end. */
export interface GateOptions {
  /** Milliseconds without a change after which a merge request is stale. */
  readonly staleAfter: number;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
}

/**
 * A store whose snapshots say which closed issues are not merged, and to which a merge request is as good as the issue
 * that it is about. Merge requests are asked for only where nothing else is known to hold a convoy up.
 */
export function gatedStore(store: ConvoyStore, options: GateOptions): ConvoyStore {
  return {
    ...store,

    async readConvoys(ids, how) {
      const convoys = await store.readConvoys(ids, how);
      const atTheGate = [...convoys.values()].filter(isAtTheGate);
      if (atTheGate.length === 0 || store.mergeRequests === undefined) return convoys;
      const issues = new Set(atTheGate.flatMap(({ tracked }) => tracked.filter(isDone).map(({ id }) => id)));
      const known = await store.mergeRequests([...issues], how);
      return new Map([...convoys, ...atTheGate.map((convoy) => [convoy.id, gated(convoy, known, options)] as const)]);
    },

    async convoysTracking(ids) {
      const tracking = await store.convoysTracking(ids);
      const others = ids.filter((id) => !tracking.has(id));
      const sources = others.length === 0 ? undefined : await store.mergeSources?.(others);
      if (sources === undefined || sources.size === 0) return tracking;
      const convoys = await store.convoysTracking([...new Set(sources.values())]);
      const about = [...sources].flatMap(([request, issue]) => {
        const found = convoys.get(issue);
        return found === undefined ? [] : [[request, found] as const];
      });
      return new Map([...tracking, ...about]);
    },
  };
}

/** Nothing that it tracks is open, something is done, and that work is to go through the merge queue. */
function isAtTheGate({ open, staged, merge, tracked }: ConvoySnapshot): boolean {
  if (!open || staged || merge === "direct" || merge === "local") return false;
  return tracked.some(isDone) && tracked.every((issue) => issue.state !== "open");
}

function isDone({ state }: TrackedIssue): boolean {
  return state === "done";
}

function gated(
  convoy: ConvoySnapshot,
  known: ReadonlyMap<string, MergeRequests>,
  options: GateOptions,
): ConvoySnapshot {
  return { ...convoy, tracked: convoy.tracked.map((issue) => atGate(issue, known.get(issue.id), options)) };
}

/** A deleted issue has nothing to merge. */
function atGate(issue: TrackedIssue, known: MergeRequests | undefined, options: GateOptions): TrackedIssue {
  if (!isDone(issue) || issue.status === "tombstone" || known === undefined) return issue;
  const verdict = decideMerge(issue.id, known);
  if (verdict.kind === "pass") return verdict.words === undefined ? issue : { ...issue, mergeState: verdict.words };
  const { unmerged } = verdict;
  return { ...issue, unmerged: isStale(unmerged, options) ? { ...unmerged, stale: true } : unmerged };
}

function isStale({ since }: Unmerged, { staleAfter, wall }: GateOptions): boolean {
  const at = parseTime(since);
  return at !== undefined && wall() - at >= staleAfter;
}
