import type { ConvoySnapshot } from "./convoy.ts";
import { fail, inWords, isPostponed, postpone, printOf, refuse } from "./failures.ts";
import { mayAsk, tell } from "./judge-convoys.ts";
import { learn, saysForce, stepsFor, unlearn } from "./ladder.ts";
import { judge } from "./policy.ts";
import type { CommandResult, LandStep } from "./ports.ts";
import { isSafeArgument } from "./references.ts";
import { meetRival } from "./rival.ts";
import { type ConvoyMemory, forget, memoryOf, type Run } from "./run.ts";
import { settling } from "./settle.ts";

/**
 * Takes one convoy through its landing, from a fresh read to a verified end. What comes next (a retry, the end of a
 * grace period) is put into the queue; never rejects.
 */
export async function land(run: Run, id: string): Promise<void> {
  const memory = memoryOf(run, id);
  let convoy: ConvoySnapshot | undefined;
  try {
    convoy = await readyToLand(run, id, memory);
  } catch (error) {
    return postpone(run, id, memory, error);
  }
  if (convoy === undefined) return;
  // As it is now: it may be replaced while a command runs.
  const gt = run.options.lander.identity();
  try {
    if (judge(convoy).kind === "complete") await climb(run, convoy, memory, gt);
    else await askGt(run, convoy, memory);
  } catch (error) {
    fail(run, id, memory, { print: printOf(gt, convoy), output: inWords(error), hung: false });
  }
}

/** The convoy as just read, when a command is to be run for it now. Nothing is awaited between the read and that. */
async function readyToLand(run: Run, id: string, memory: ConvoyMemory): Promise<ConvoySnapshot | undefined> {
  const { clock, stop } = run.options;
  await meetRival(run);
  const convoy = await read(run, id);
  delete memory.unread;
  if (!convoy?.open) {
    closedElsewhere(run, id, memory, convoy);
    return undefined;
  }
  memory.title = convoy.title;
  const verdict = judge(convoy);
  if (verdict.kind !== "complete" && !mayAsk(convoy, verdict, memory)) {
    tell(run, memory, convoy, verdict);
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

/** Takes step after step, reading the convoy again after each. */
async function climb(run: Run, convoy: ConvoySnapshot, memory: ConvoyMemory, gt: string): Promise<void> {
  const results: CommandResult[] = [];
  let refusal: CommandResult | undefined;
  let last = convoy;
  const futile: LandStep[] = [];
  for (const step of stepsFor(run, convoy)) {
    if (step === "force" && refusal !== undefined && !saysForce(refusal)) continue;
    const result = await act(run, step, convoy.id);
    results.push(result);
    if (step === "close") refusal = result;
    const after = await read(run, convoy.id);
    if (!after?.open) {
      learn(run, convoy, futile);
      return landed(run, convoy, memory, step);
    }
    last = after;
    const verdict = judge(after);
    if (verdict.kind !== "complete") return tell(run, memory, after, verdict);
    if (run.options.stop.aborted) return;
    if (result.ended !== "exit") break;
    if (result.exitCode === 0 || saysForce(result)) futile.push(step);
  }
  unlearn(run, convoy);
  const output = results
    .map((result) => result.output)
    .filter((text) => text !== "")
    .join("\n");
  fail(run, convoy.id, memory, {
    // As last read: what gt itself wrote to the convoy is no reason to take it up again at once.
    print: printOf(gt, last),
    output: output === "" ? "gt said nothing, and the convoy is still open" : output,
    hung: results.some((result) => result.ended === "timeout" || result.ended === "not-found"),
  });
}

/** Lets gt look once at a convoy that we can't judge. */
async function askGt(run: Run, convoy: ConvoySnapshot, memory: ConvoyMemory): Promise<void> {
  delete memory.ask;
  if (!run.options.steps.includes("check")) return;
  await act(run, "check", convoy.id);
  const after = await read(run, convoy.id);
  if (!after?.open) return landed(run, convoy, memory, "check");
  tell(run, memory, after, judge(after));
}

/** A command counts when it has ended: what completed while it ran, it may have closed. */
async function act(run: Run, step: LandStep, id: string): Promise<CommandResult> {
  const { kill, lander, report } = run.options;
  report({ event: "checking", convoy: id, command: lander.command(step, id) });
  try {
    return await lander.run(step, id, kill);
  } finally {
    run.commands += 1;
  }
}

async function read(run: Run, id: string): Promise<ConvoySnapshot | undefined> {
  return (await run.options.store.readConvoys([id])).get(id);
}

function landed(run: Run, { id, title }: ConvoySnapshot, { completeSince }: ConvoyMemory, by: LandStep): void {
  const { clock, report } = run.options;
  forget(run, id);
  report({ event: "landed", convoy: id, title, ms: clock.now() - (completeSince ?? clock.now()), by });
}

/** It was closed before our turn: by a command of ours for another convoy, or by somebody else. */
function closedElsewhere(run: Run, id: string, memory: ConvoyMemory, convoy: ConvoySnapshot | undefined): void {
  if (convoy !== undefined && memory.commandsBefore !== undefined) {
    if (run.commands > memory.commandsBefore) return landed(run, convoy, memory, "check");
    run.options.report({
      event: "skipped",
      convoy: id,
      title: convoy.title,
      reason: "rival",
      detail: `${run.rival ?? "somebody else"} closed it first`,
    });
  }
  forget(run, id);
}

/** Whether the convoy is to be left to another watcher of the town for now. */
function isLeftToRival(run: Run, id: string, memory: ConvoyMemory): boolean {
  const { clock, grace } = run.options;
  if (run.rival === undefined) return false;
  const now = clock.now();
  // A grace that is longer than it was can only come of a wall clock that was set back.
  if (memory.rivalUntil === undefined || memory.rivalUntil > now + grace) memory.rivalUntil = now + grace;
  const left = memory.rivalUntil - now;
  if (left > 0) run.landing.addAfter(id, left);
  return left > 0;
}
