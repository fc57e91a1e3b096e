import type { ConvoySnapshot } from "./convoy.ts";
import { judge, reasonOf, type Verdict } from "./policy.ts";
import { type ConvoyMemory, forget, memoryOf, type Run } from "./run.ts";
import { settling } from "./settle.ts";

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
  const { convoys, outdated } = await readAtOnce(run, ids);
  let complete = 0;
  let fresh = 0;
  for (const id of ids) {
    if (outdated.has(id)) {
      run.judging.add(id);
      continue;
    }
    const convoy = convoys.get(id);
    if (!convoy?.open) {
      leave(run, id);
      continue;
    }
    const memory = memoryOf(run, id);
    const verdict = judge(convoy);
    const wait = settling(run, memory, convoy, verdict);
    if (verdict.kind === "complete") {
      complete += 1;
      if (memory.completeSince === undefined) fresh += 1;
      noteComplete(run, memory, memory.hintedAt ?? hintedAt);
    }
    delete memory.hintedAt;
    tell(run, memory, convoy, verdict);
    if (!run.options.dryRun && (verdict.kind === "complete" || mayAsk(convoy, verdict, memory)))
      run.landing.addAfter(id, wait);
  }
  return { complete, fresh };
}

function noteComplete(run: Run, memory: ConvoyMemory, since: number): void {
  memory.completeSince ??= since;
  memory.commandsBefore ??= run.commands;
}

/** Reads convoys, and notes which of them were found closed by a landing while the read was under way. */
async function readAtOnce(
  run: Run,
  ids: readonly string[],
): Promise<{ convoys: ReadonlyMap<string, ConvoySnapshot>; outdated: ReadonlySet<string> }> {
  const outdated = new Set<string>();
  run.reads.add(outdated);
  try {
    return { convoys: await run.options.store.readConvoys(ids), outdated };
  } finally {
    run.reads.delete(outdated);
  }
}

/** A closed convoy is forgotten, but for one about to be landed: that it was closed is told there. */
export function leave(run: Run, id: string): void {
  if (run.landing.has(id)) run.landing.add(id);
  else forget(run, id);
}

/** Reports a verdict, once for each change of it. */
export function tell(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot, verdict: Verdict): void {
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

/**
 * Whether gt is to be asked although the verdict is `waiting`: nothing is known to be open, and a close event names
 * an issue that we can't see.
 */
export function mayAsk(convoy: ConvoySnapshot, verdict: Verdict, memory: ConvoyMemory): boolean {
  if (verdict.kind !== "waiting" || verdict.open > 0 || convoy.owned || memory.ask === undefined) return false;
  return verdict.blockers.some((issue) => memory.ask?.has(issue.id));
}
