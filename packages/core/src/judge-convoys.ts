import { mayAsk } from "./asking.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { judge } from "./policy.ts";
import { readAfresh } from "./read-convoy.ts";
import { type ConvoyMemory, forget, memoryOf, type Run } from "./run.ts";
import { beingMade, settling } from "./settle.ts";
import { tellVerdict } from "./tell-verdict.ts";

/**
 * Reads these convoys at once, says what changed, and hands the complete ones on to be landed.
 *
 * @param hintedAt when the hint came, for convoys that no earlier hint named
 * @param afresh read them through openings of their own
 * @returns how many are complete, and how many of those just became so
 */
export async function judgeConvoys(
  run: Run,
  ids: readonly string[],
  hintedAt: number,
  afresh = false,
): Promise<{ complete: number; fresh: number }> {
  const { convoys, outdated } = await readAtOnce(run, ids, afresh);
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
    const making =
      verdict.kind === "empty" && memory.hintedAt !== undefined ? beingMade(convoy, run.options.clock.wall()) : 0;
    if (making > 0) {
      run.judging.addAfter(id, making);
      continue;
    }
    const wait = settling(run, memory, convoy, verdict);
    if (verdict.kind === "complete") {
      complete += 1;
      if (memory.completeSince === undefined) fresh += 1;
      noteComplete(run, memory, memory.hintedAt ?? hintedAt);
    }
    delete memory.hintedAt;
    tellVerdict(run, memory, convoy, verdict);
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
  afresh: boolean,
): Promise<{ convoys: ReadonlyMap<string, ConvoySnapshot>; outdated: ReadonlySet<string> }> {
  const outdated = new Set<string>();
  run.reads.add(outdated);
  try {
    return { convoys: await (afresh ? readAfresh(run, ids) : run.options.store.readConvoys(ids)), outdated };
  } finally {
    run.reads.delete(outdated);
  }
}

/** A closed convoy is forgotten, but for one about to be landed: that it was closed is told there. */
export function leave(run: Run, id: string): void {
  if (run.landing.has(id)) run.landing.add(id);
  else forget(run, id);
}
