import { mayAsk } from "./asking.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { isPostponed, refuse } from "./failures.ts";
import { closedElsewhere } from "./landed.ts";
import { judge } from "./policy.ts";
import { readConvoy } from "./read-convoy.ts";
import { isSafeArgument } from "./references.ts";
import { isLeftToRival, meetRival } from "./rival.ts";
import type { ConvoyMemory, Run } from "./run.ts";
import { settling } from "./settle.ts";
import { tellVerdict } from "./tell-verdict.ts";

/** The convoy as just read, when a command is to be run for it now. Nothing is awaited between the read and that. */
export async function readyToLand(run: Run, id: string, memory: ConvoyMemory): Promise<ConvoySnapshot | undefined> {
  const { clock, stop } = run.options;
  await meetRival(run);
  const convoy = await readConvoy(run, id);
  delete memory.unread;
  if (!convoy?.open) {
    closedElsewhere(run, id, memory, convoy);
    return undefined;
  }
  memory.title = convoy.title;
  const verdict = judge(convoy);
  if (verdict.kind !== "complete" && !mayAsk(convoy, verdict, memory)) {
    tellVerdict(run, memory, convoy, verdict);
    return undefined;
  }
  const wait = settling(run, memory, convoy, verdict);
  if (wait > 0) {
    run.landing.addAfter(id, wait);
    return undefined;
  }
  memory.completeSince ??= clock.now();
  memory.commandsBefore ??= run.commands;
  if (!isSafeArgument(id)) {
    refuse(run, memory, convoy);
    return undefined;
  }
  const later = isPostponed(run, convoy, memory) || isLeftToRival(run, id, memory);
  return later || stop.aborted ? undefined : convoy;
}
