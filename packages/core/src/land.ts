import { step } from "./convoy-life.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { DatabaseError, inWords } from "./errors.ts";
import { isPending, type Next, type Seen, type Turn } from "./life.ts";
import type { CommandResult, GtKnowledge, Rival } from "./ports.ts";
import type { LandStep } from "./records.ts";
import { contextOf, keep, lifeOf, readConvoy, type Run } from "./run.ts";
import { kindOf, startCommand } from "./steps.ts";
import { passSweep } from "./sweep.ts";
import { follow, knowsOf, tell, tellLimitOf } from "./tell.ts";

/** Longest time a command may take to close its convoy. */
const CLOSE_LIMIT = 60_000;
/** How often a convoy is read while its command runs. */
const POLL = 150;
/** How often it is asked whether landings are still held. */
const HOLD = 1_000;

/** Lands one convoy after the other until the queue is shut. */
export async function landLoop(run: Run): Promise<void> {
  for (;;) {
    const [id] = await run.landing.take(1);
    if (id === undefined) return;
    try {
      if ((await isFree(run)) && (await run.judging.claim(id))) {
        run.claimed = id;
        passSweep(run, [id]);
        try {
          await land(run, id);
        } finally {
          run.claimed = undefined;
          run.judging.done(id);
        }
      }
    } finally {
      run.landing.done(id);
    }
  }
}

/** Waits while landings are held in the whole town. False when the watcher is stopped before that is over. */
async function isFree(run: Run): Promise<boolean> {
  const { clock, hold, report, stop } = run.options;
  while (!stop.aborted) {
    const reason = await hold?.();
    if (reason !== undefined && reason !== run.held) report({ event: "frozen", reason });
    if (reason === undefined && run.held !== undefined) report({ event: "resumed" });
    run.held = reason;
    run.changed();
    if (reason === undefined) return true;
    await clock.sleep(HOLD, stop);
  }
  return false;
}

/** One convoy's turn: a fresh read, and command after command as its life wants them. */
async function land(run: Run, id: string): Promise<void> {
  const { lander, stop } = run.options;
  const go = (seen: Seen, turn?: Turn, gt?: string): Next => {
    const outcome = step(lifeOf(run, id), seen, contextOf(run, turn, gt));
    keep(run, outcome);
    return outcome.next;
  };
  let turn: Turn;
  let gt: string;
  let next: Next;
  try {
    const rival = await meetRival(run);
    turn = turnOf(run, rival, await knowsOf(run));
    const convoy = await readConvoy(run, id);
    // As it is now: it may be replaced while a command runs. Nothing is awaited between the read and the command.
    gt = lander.identity();
    next = go({ kind: "read", convoy }, { ...turn, stopped: stop.aborted }, gt);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return follow(run, id, go({ kind: "unread", why: inWords(error) }));
  }
  let futile: string | undefined;
  while (next.kind === "land" || next.kind === "ask") {
    const taken = next.step;
    const result = await act(run, id, taken, turn.knows, (convoy) => void go({ kind: "ran", convoy }, turn, gt));
    if (result?.ended === "left") return;
    const seen = result === undefined ? undefined : await after(run, id, result);
    next = seen === undefined ? { kind: "nothing" } : go(seen, { ...turn, stopped: stop.aborted }, gt);
    const kind = lifeOf(run, id).state.kind;
    if (kind === "telling" && futile !== undefined) run.futile.add(futile);
    if (kind === "stuck" && futile !== undefined) run.futile.delete(futile);
    if (taken === "check" && next.kind === "land" && result?.exitCode === 0 && seen?.convoy !== undefined)
      futile = kindOf(seen.convoy);
  }
  // What failed was the gt of before.
  const isAnother = next.kind === "look" && lander.identity() !== gt;
  follow(run, id, isAnother ? { kind: "look", after: 0 } : next);
}

/** Runs a command until it has ended; or, without a result, until its convoy is closed: it goes on in the background. */
async function act(
  run: Run,
  id: string,
  taken: LandStep,
  knows: GtKnowledge,
  closed: (convoy: ConvoySnapshot) => void,
): Promise<CommandResult | undefined> {
  const { clock, store } = run.options;
  const checksAll = taken === "check" && !knows.checkTakesId;
  const from = clock.wall();
  const command = startCommand(run, taken, id);
  command.limit(checksAll ? CLOSE_LIMIT + tellLimitOf(run) : CLOSE_LIMIT);
  const outcome: { result?: CommandResult } = {};
  const ended = command.ended.then((result) => (outcome.result = result));
  while (outcome.result === undefined) {
    const nap = new AbortController();
    run.closing = { convoy: id, wake: () => nap.abort() };
    await Promise.race([ended, clock.sleep(POLL, nap.signal)]);
    nap.abort();
    run.closing = undefined;
    // One that looks at every convoy goes on to close others: it is over when it has ended.
    if (outcome.result !== undefined || checksAll) continue;
    const convoy = await store.readConvoys([id]).then((read) => read.get(id), unlessUnreadable);
    if (outcome.result !== undefined || convoy === undefined || convoy.open || convoy.status === "tombstone") continue;
    closed(convoy);
    command.limit(tellLimitOf(run));
    tell(run, id, ended);
    return undefined;
  }
  if (checksAll) checkedAll(run, from);
  return outcome.result;
}

/** Of those that were complete some may be closed now, too. */
function checkedAll(run: Run, from: number): void {
  run.checkedAll = { from, to: run.options.clock.wall() };
  for (const { id, state } of run.lives.values()) if (isPending(state)) run.judging.add(id);
}

async function after(run: Run, id: string, result: CommandResult): Promise<Seen & { kind: "ran" }> {
  try {
    return { kind: "ran", result, convoy: await readConvoy(run, id) };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return { kind: "ran", result, convoy: undefined, unread: `${result.output}\n${inWords(error)}`.trim() };
  }
}

function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof DatabaseError)) throw error;
}

function turnOf(run: Run, rival: Rival | undefined, knows: GtKnowledge): Turn {
  const gt = run.options.lander.identity();
  if (gt !== run.futileFor) run.futile.clear();
  run.futileFor = gt;
  return { rival, knows, futile: (convoy) => run.futile.has(kindOf(convoy)), stopped: false };
}

/** Looks who else lands convoys in this town, and says so when that has changed. */
export async function meetRival(run: Run): Promise<Rival | undefined> {
  const { grace, report, rival } = run.options;
  const met = await rival();
  if (met?.name === run.rival) return met;
  run.rival = met?.name;
  if (met !== undefined)
    report({
      event: "warning",
      message: `${met.name} lands convoys here, too: each is left to it for ${grace / 1_000} s first`,
    });
  return met;
}
