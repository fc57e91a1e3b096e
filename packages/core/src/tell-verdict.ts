import { mayAsk } from "./asking.ts";
import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { blockerOf, reasonOf, type Verdict } from "./policy.ts";
import type { ConvoyMemory, Run } from "./run.ts";

/** Reports a verdict, once for each change of it. */
export function tellVerdict(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot, verdict: Verdict): void {
  if (verdict.kind !== "complete") {
    delete memory.completeSince;
    delete memory.commandsBefore;
    delete memory.failure;
    if (!mayAsk(convoy, verdict, memory)) delete memory.rivalUntil;
  }
  const { kind, done, open, unknown, unmerged, total } = verdict;
  const progress = kind === "waiting" || kind === "complete" ? [done, open, unknown, unmerged, total] : [];
  const stale = staleOf(run, memory, convoy, verdict);
  const told = JSON.stringify([kind, progress, verdict.reasons]);
  if (memory.told === told) return stale();
  memory.told = told;
  const { id, title } = convoy;
  const { report } = run.options;
  if (kind === "complete") report({ event: "complete", convoy: id, title, done, total });
  else if (kind === "waiting") {
    const blockers = verdict.blockers.map(blockerOf);
    const more = unmerged === undefined ? {} : { unmerged };
    report({ event: "waiting", convoy: id, title, done, total, open, unknown, ...more, blockers });
    stale();
  } else if (kind !== "closed") {
    report({ event: "skipped", convoy: id, title, reason: kind, detail: verdict.reasons.join("; ") });
  }
}

/** Tells, once for each merge request, that it has not changed for too long to be waited for in silence. */
function staleOf(run: Run, memory: ConvoyMemory, { id, title }: ConvoySnapshot, { blockers }: Verdict): () => void {
  const stale = blockers.filter((issue) => issue.unmerged?.stale);
  const fresh = stale.filter((issue) => !memory.stale?.has(nameOf(issue)));
  return () => {
    if (fresh.length === 0) return;
    memory.stale = new Set([...(memory.stale ?? []), ...fresh.map(nameOf)]);
    run.options.report({ event: "stuck", convoy: id, title, attempts: 0, output: fresh.map(reasonOf).join("\n") });
  };
}

function nameOf({ id, unmerged }: TrackedIssue): string {
  return `${id} ${unmerged?.request}`;
}
