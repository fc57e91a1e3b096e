import { mayAsk } from "./asking.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { reasonOf, type Verdict } from "./policy.ts";
import type { ConvoyMemory, Run } from "./run.ts";

/** Reports a verdict, once for each change of it. */
export function tellVerdict(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot, verdict: Verdict): void {
  if (verdict.kind !== "complete") {
    delete memory.completeSince;
    delete memory.commandsBefore;
    delete memory.failure;
    if (!mayAsk(convoy, verdict, memory)) delete memory.rivalUntil;
  }
  const { kind, done, open, unknown, total } = verdict;
  const progress = kind === "waiting" || kind === "complete" ? [done, open, unknown, total] : [];
  const told = JSON.stringify([kind, progress, verdict.reasons]);
  if (memory.told === told) return;
  memory.told = told;
  const { id, title } = convoy;
  const { report } = run.options;
  if (kind === "complete") report({ event: "complete", convoy: id, title, done, total });
  else if (kind === "waiting") {
    const blockers = verdict.blockers.map((issue) => ({
      issue: issue.id,
      state: issue.state === "unknown" ? ("unknown" as const) : ("open" as const),
      why: reasonOf(issue),
    }));
    report({ event: "waiting", convoy: id, title, done, total, open, unknown, blockers });
  } else if (kind !== "closed") {
    report({ event: "skipped", convoy: id, title, reason: kind, detail: verdict.reasons.join("; ") });
  }
}
