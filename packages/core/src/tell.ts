import { step } from "./convoy-life.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { DatabaseError, orFault } from "./errors.ts";
import type { Next } from "./life.ts";
import { type CommandResult, type GtKnowledge, LIMITS, type Unfinished } from "./ports.ts";
import { contextOf, keep, lifeOf, readConvoy, type Run } from "./run.ts";
import { startCommand } from "./steps.ts";
import { decideTold, type ToldVerdict } from "./told.ts";

/** How long gt may tell people. */
export function tellLimitOf(run: Run): number {
  return run.options.tellLimit ?? LIMITS.tell;
}

/** Does what has to be done for a convoy that nobody works on now. */
export function follow(run: Run, id: string, next: Next): void {
  if (next.kind === "look") run.judging.addAfter(id, next.after);
  else if (next.kind === "turn") run.landing.add(id);
  else if (next.kind === "tell") tell(run, id, next.again ? askAgain(run, id) : Promise.resolve(undefined));
}

/**
 * Waits in the background until gt has ended, and finds out who was told. Other convoys land meanwhile.
 *
 * @param gt settles when it has ended: with its result, if that is known
 */
export function tell(run: Run, id: string, gt: Promise<CommandResult | undefined>): void {
  const work = findOut(run, id, gt).finally(() => {
    run.tellings.delete(work);
    run.changed();
  });
  run.tellings.add(work);
  // Whoever waits for all of them hears of a fault.
  work.catch(() => undefined);
}

/** Takes up what the watcher before this one left without an end. */
export function takeUp(run: Run, { convoy, step: by, startedAt, running }: Unfinished): void {
  keep(run, step(lifeOf(run, convoy), { kind: "unfinished", step: by, startedAt }, contextOf(run)));
  tell(run, convoy, running === undefined ? Promise.resolve(undefined) : orLeft(run, running));
}

/** What gt can do. One of which that cannot be found out is taken for one that knows little. */
export function knowsOf(run: Run): Promise<GtKnowledge> {
  return run.options.lander.knows().catch(() => ({ checkTakesId: false, stamps: false }));
}

async function findOut(run: Run, id: string, gt: Promise<CommandResult | undefined>): Promise<void> {
  const result = await gt;
  if (result?.ended === "left") return;
  const rows = await orFault(rowsOf(run, id));
  const { convoy, verdict } = rows instanceof DatabaseError ? {} : rows;
  const outcome = step(lifeOf(run, id), { kind: "told", convoy, verdict, result }, contextOf(run));
  keep(run, outcome);
  follow(run, id, outcome.next);
}

/** gt tells people of a closed convoy that has no stamp. It closes nothing, so that no other landing waits for it. */
async function askAgain(run: Run, id: string): Promise<CommandResult | undefined> {
  const rows = await orFault(rowsOf(run, id));
  if (rows instanceof DatabaseError) return undefined;
  // Somebody else may have told them since, and another gt may not be able to.
  if (rows.verdict.repair !== "check" || rows.convoy?.open !== false || run.options.stop.aborted) return undefined;
  const command = startCommand(run, "check", id);
  command.limit(tellLimitOf(run));
  return command.ended;
}

/** What the rows say of it now, and of who was told. */
async function rowsOf(
  run: Run,
  id: string,
): Promise<{ readonly convoy: ConvoySnapshot | undefined; readonly verdict: ToldVerdict }> {
  const convoy = await readConvoy(run, id);
  const messages = await run.options.store.messagesAbout?.(id);
  const { state } = lifeOf(run, id);
  const stamp = state.kind === "telling" && state.stamp !== undefined && { closedAt: state.stamp };
  const closed = convoy === undefined ? { open: true } : { ...convoy, ...stamp };
  return { convoy, verdict: decideTold(closed, messages, await knowsOf(run)) };
}

/** The gt of another watcher may take as long as one of ours. A stop does not wait for it: the next watcher takes it up again. */
async function orLeft(run: Run, running: Promise<void>): Promise<CommandResult | undefined> {
  const { clock, stop } = run.options;
  const over = new AbortController();
  const late = clock.sleep(tellLimitOf(run), AbortSignal.any([stop, over.signal]));
  const settled = running.catch(() => undefined).then(() => true);
  const ended = await Promise.race([settled, late.then(() => false)]);
  over.abort();
  return !ended && stop.aborted ? { ended: "left", output: "" } : undefined;
}
