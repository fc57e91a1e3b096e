import { backoff, LANDING_BACKOFF } from "./backoff.ts";
import { type ConvoySnapshot, fingerprint } from "./convoy.ts";
import { WatcherError, messageOf } from "./errors.ts";
import { mayAsk, tell } from "./judge-convoys.ts";
import { learn, saysForce, stepsFor } from "./ladder.ts";
import { judge } from "./policy.ts";
import type { CommandResult, LandStep } from "./ports.ts";
import { isSafeArgument } from "./references.ts";
import { type ConvoyMemory, memoryOf, type Run } from "./run.ts";

/** After so many failed tries in a row a convoy is reported as stuck. */
export const STUCK_AFTER = 3;

/**
 * Takes one convoy through its landing, from a fresh read to a verified end. What comes next (a retry, the end of a
 * grace period) is put into the queue; never rejects.
 */
export async function land(run: Run, id: string): Promise<void> {
  const memory = memoryOf(run, id);
  try {
    await attempt(run, id, memory);
  } catch (error) {
    const hint = error instanceof WatcherError ? ` (${error.hint})` : "";
    fail(run, id, memory, { output: `${messageOf(error)}${hint}`, hung: false });
  }
}

async function attempt(run: Run, id: string, memory: ConvoyMemory): Promise<void> {
  const { clock, stop } = run.options;
  const convoy = await read(run, id);
  if (!convoy?.open) return closedElsewhere(run, id, memory, convoy);
  memory.title = convoy.title;
  const verdict = judge(convoy);
  const ask = mayAsk(verdict, memory);
  if (verdict.kind !== "complete" && !ask) {
    delete memory.failure;
    return tell(run, memory, convoy, verdict);
  }
  memory.completeSince ??= clock.now();
  memory.commandsBefore ??= run.commands;
  if (!isSafeArgument(id)) return refuse(run, memory, convoy);
  const { failure } = memory;
  if (failure?.fingerprint !== undefined && failure.fingerprint !== attemptPrint(run, convoy)) delete memory.failure;
  else if (failure !== undefined && failure.retryAt > clock.now()) {
    return run.landing.addAfter(id, failure.retryAt - clock.now());
  }
  if (await leftToRival(run, id, memory)) return;
  if (stop.aborted) return;
  if (ask) return askGt(run, convoy, memory);
  await climb(run, convoy, memory);
}

/** Takes step after step, reading the convoy again after each. */
async function climb(run: Run, convoy: ConvoySnapshot, memory: ConvoyMemory): Promise<void> {
  const results: CommandResult[] = [];
  let refusal: CommandResult | undefined;
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
    const verdict = judge(after);
    if (verdict.kind !== "complete") return tell(run, memory, after, verdict);
    if (run.options.stop.aborted) return;
    if (result.ended !== "exit") break;
    if (result.exitCode === 0 || saysForce(result)) futile.push(step);
  }
  const output = results.map((result) => result.output).filter((text) => text !== "").join("\n");
  fail(run, convoy.id, memory, {
    print: attemptPrint(run, convoy),
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

async function act(run: Run, step: LandStep, id: string): Promise<CommandResult> {
  const { kill, lander, report } = run.options;
  report({ event: "checking", convoy: id, command: lander.command(step, id) });
  run.commands += 1;
  return lander.run(step, id, kill);
}

async function read(run: Run, id: string): Promise<ConvoySnapshot | undefined> {
  return (await run.options.store.readConvoys([id])).get(id);
}

function landed(run: Run, { id, title }: ConvoySnapshot, { completeSince }: ConvoyMemory, by: LandStep): void {
  const { clock, report } = run.options;
  run.memories.delete(id);
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
  run.memories.delete(id);
}

/** Whether the convoy is to be left to another watcher of the town for now. */
async function leftToRival(run: Run, id: string, memory: ConvoyMemory): Promise<boolean> {
  const { clock, grace, report, rival } = run.options;
  const name = await rival();
  if (name !== run.rival) {
    run.rival = name;
    if (name !== undefined) {
      report({ event: "warning", message: `${name} lands convoys here, too: each is left to it for ${grace / 1000} s first` });
    }
  }
  if (name === undefined) return false;
  memory.rivalUntil ??= clock.now() + grace;
  const left = memory.rivalUntil - clock.now();
  if (left > 0) run.landing.addAfter(id, left);
  return left > 0;
}

function refuse(run: Run, memory: ConvoyMemory, convoy: ConvoySnapshot): void {
  if (memory.failure !== undefined) return;
  const output = `"${convoy.id}" is not an id that may be handed to a command: close the convoy by hand`;
  memory.failure = { attempts: 0, retryAt: 0, reported: true };
  run.options.report({ event: "stuck", convoy: convoy.id, title: convoy.title, attempts: 0, output });
}

interface Outcome {
  readonly print?: string;
  readonly output: string;
  /** It took so long, or is so clear, that it is told at once. */
  readonly hung: boolean;
}

function fail(run: Run, id: string, memory: ConvoyMemory, { print, output, hung }: Outcome): void {
  const { clock, random, report } = run.options;
  const attempts = (memory.failure?.attempts ?? 0) + 1;
  const due = hung || attempts >= STUCK_AFTER;
  const told = memory.failure?.reported === true;
  const delay = backoff(LANDING_BACKOFF, attempts, random());
  memory.failure = {
    attempts,
    ...(print !== undefined && { fingerprint: print }),
    retryAt: clock.now() + delay,
    reported: told || due,
  };
  if (due && !told) report({ event: "stuck", convoy: id, title: memory.title ?? "", attempts, output });
  run.landing.addAfter(id, delay);
}

function attemptPrint(run: Run, convoy: ConvoySnapshot): string {
  return `${run.options.lander.identity()}\n${fingerprint(convoy)}`;
}
