import type { ConvoySnapshot } from "./convoy.ts";
import type { Verdict } from "./policy.ts";
import type { IssueChange } from "./ports.ts";
import { type ConvoyMemory, memoryOf, remember, type Run } from "./run.ts";

/** Remembers that a close event named this issue, once for each event: a replay must not ask gt again. */
export function noteAsk(run: Run, convoy: string, { issue, stamp }: IssueChange): void {
  const event = `${convoy}\n${issue}\n${stamp}`;
  if (!remember(run.asked, event)) return;
  (memoryOf(run, convoy).ask ??= new Set()).add(issue);
}

/**
 * Whether gt is to be asked although the verdict is `waiting`: nothing is known to be open, and a close event names
 * an issue that we can't see.
 */
export function mayAsk(convoy: ConvoySnapshot, verdict: Verdict, memory: ConvoyMemory): boolean {
  if (
    verdict.kind !== "waiting" ||
    verdict.open > 0 ||
    verdict.unmerged !== undefined ||
    convoy.owned ||
    memory.ask === undefined
  )
    return false;
  return verdict.blockers.some((issue) => memory.ask?.has(issue.id));
}
