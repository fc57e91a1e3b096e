import type { ConvoySnapshot } from "./convoy.ts";
import { judge, reasonOf, type Verdict } from "./policy.ts";
import { type ConvoyMemory, memoryOf, type Run } from "./run.ts";

/**
 * Reads these convoys at once, says what changed, and hands the complete ones on to be landed.
 *
 * @param hintedAt when the hint came, for convoys that no earlier hint named
 * @returns how many are complete, and how many of those just became so
 */
export async function judgeConvoys(
  run: Run,
  ids: readonly string[],
  hintedAt: number,
): Promise<{ complete: number; fresh: number }> {
  const convoys = await run.options.store.readConvoys(ids);
  let complete = 0;
  let fresh = 0;
  for (const id of ids) {
    const convoy = convoys.get(id);
    if (!convoy?.open) {
      forget(run, id);
      continue;
    }
    const memory = memoryOf(run, id);
    const verdict = judge(convoy);
    if (verdict.kind === "complete") {
      complete += 1;
      if (memory.completeSince === undefined) fresh += 1;
      noteComplete(run, memory, memory.hintedAt ?? hintedAt);
    }
    delete memory.hintedAt;
    tell(run, memory, convoy, verdict);
    if (!run.options.dryRun && (verdict.kind === "complete" || mayAsk(verdict, memory))) run.landing.add(id);
  }
  return { complete, fresh };
}

function noteComplete(run: Run, memory: ConvoyMemory, since: number): void {
  memory.completeSince ??= since;
  memory.commandsBefore ??= run.commands;
}

/** A closed convoy is forgotten, but for one about to be landed: that it was closed is told there. */
function forget(run: Run, id: string): void {
  if (run.landing.has(id)) run.landing.add(id);
  else run.memories.delete(id);
}

/** Reports a verdict, once for each change of it. */
export function tell(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot, verdict: Verdict): void {
  if (verdict.kind !== "complete") {
    delete memory.completeSince;
    delete memory.commandsBefore;
    delete memory.rivalUntil;
  }
  const { kind, done, open, unknown, total } = verdict;
  const told = JSON.stringify([kind, done, open, unknown, total, verdict.reasons]);
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

/**
 * Whether gt is to be asked although the verdict is `waiting`: nothing is known to be open, and a close event names
 * an issue that we can't see.
 */
export function mayAsk(verdict: Verdict, memory: ConvoyMemory): boolean {
  if (verdict.kind !== "waiting" || verdict.open > 0 || memory.ask === undefined) return false;
  return verdict.blockers.some((issue) => memory.ask?.has(issue.id));
}
