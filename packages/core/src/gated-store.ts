import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { decideMerge, type MergeRequests, type Unmerged } from "./merge-gate.ts";
import type { ConvoyStore } from "./ports.ts";
import { parseTime } from "./times.ts";

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
