import type { ConvoySnapshot } from "./convoy.ts";
import { fail, inWords, postpone, printOf } from "./failures.ts";
import { learn, saysForce, stepsFor, unlearn } from "./ladder.ts";
import { landed } from "./landed.ts";
import { judge } from "./policy.ts";
import type { CommandResult, LandStep } from "./ports.ts";
import { readConvoy } from "./read-convoy.ts";
import { readyToLand } from "./ready-to-land.ts";
import { type ConvoyMemory, memoryOf, type Run } from "./run.ts";
import { tellVerdict } from "./tell-verdict.ts";

/** Waits for the next convoy that is to be landed, and takes it through that. False when there will be none. */
export async function landNext(run: Run): Promise<boolean> {
  const [id] = await run.landing.take(1);
  if (id === undefined) return false;
  try {
    await land(run, id);
  } finally {
    run.landing.done(id);
  }
  return true;
}

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
    const after = await readConvoy(run, convoy.id);
    if (!after?.open) {
      learn(run, convoy, futile);
      return landed(run, convoy, memory, step);
    }
    last = after;
    const verdict = judge(after);
    if (verdict.kind !== "complete") return tellVerdict(run, memory, after, verdict);
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
  const after = await readConvoy(run, convoy.id);
  if (!after?.open) return landed(run, convoy, memory, "check");
  tellVerdict(run, memory, after, judge(after));
}

/** A command counts when it has ended: what completed while it ran, it may have closed. */
async function act(run: Run, step: LandStep, id: string): Promise<CommandResult> {
  const { kill, lander, report } = run.options;
  report({ event: "checking", convoy: id, command: lander.command(step, id) });
  try {
    return await lander.run(step, id, { kill, leave: new AbortController().signal });
  } finally {
    run.commands += 1;
  }
}
