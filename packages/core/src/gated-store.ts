import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { decideMerge, type MergeRequests } from "./merge-gate.ts";
import type { ConvoyStore } from "./ports.ts";

/**
 * A store whose snapshots say which closed issues are not merged. Merge requests are asked for only where nothing else
 * holds a convoy up.
 */
export function gatedStore(store: ConvoyStore): ConvoyStore {
  return {
    ...store,
    async readConvoys(ids, options) {
      const convoys = await store.readConvoys(ids, options);
      const atTheGate = [...convoys.values()].filter(isAtTheGate);
      if (atTheGate.length === 0 || store.mergeRequests === undefined) return convoys;
      const issues = new Set(atTheGate.flatMap(({ tracked }) => tracked.map(({ id }) => id)));
      const known = await store.mergeRequests([...issues], options);
      return new Map([...convoys, ...atTheGate.map((convoy) => [convoy.id, gated(convoy, known)] as const)]);
    },
  };
}

/** Everything it tracks is done, and its work is to go through the merge queue. */
function isAtTheGate({ open, staged, merge, tracked }: ConvoySnapshot): boolean {
  if (!open || staged || merge === "direct" || merge === "local") return false;
  return tracked.length > 0 && tracked.every((issue) => issue.state === "done");
}

function gated(convoy: ConvoySnapshot, known: ReadonlyMap<string, MergeRequests>): ConvoySnapshot {
  return { ...convoy, tracked: convoy.tracked.map((issue) => atGate(issue, known.get(issue.id))) };
}

/** A deleted issue has nothing to merge. */
function atGate(issue: TrackedIssue, known: MergeRequests | undefined): TrackedIssue {
  if (issue.status === "tombstone" || known === undefined) return issue;
  const verdict = decideMerge(issue.id, known);
  if (verdict.kind === "hold") return { ...issue, unmerged: verdict.unmerged };
  return verdict.words === undefined ? issue : { ...issue, mergeState: verdict.words };
}
