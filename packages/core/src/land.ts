import { step } from "./convoy-life.ts";
import { type ConvoySnapshot, isClosed } from "./convoy.ts";
import { DatabaseError, inWords, orFault } from "./errors.ts";
import { isPending, look, type Next, NOTHING, type Seen, type Turn } from "./life.ts";
import { type CommandResult, type GtKnowledge, LIMITS, type Rival } from "./ports.ts";
import type { LandStep } from "./records.ts";
import { contextOf, keep, lifeOf, readAfresh, readConvoy, type Run } from "./run.ts";
import { kindOf, startCommand } from "./steps.ts";
import { passSweep } from "./sweep.ts";
import { follow, knowsOf, tell, tellLimitOf } from "./tell.ts";

/** How often a convoy is read while its command runs. */
const POLL = 150;
/** How often it is asked whether landings are still held. */
const HOLD = 1_000;

/** Kinds of convoy for which `check` has proved futile, with one gt. */
interface Futile {
  readonly kinds: Set<string>;
  gt: string;
}

/** Lands one convoy after the other until the queue is shut. */
export async function landLoop(run: Run): Promise<void> {
  for (const futile: Futile = { kinds: new Set(), gt: "" }; ;) {
    const [id] = await run.landing.take(1);
    if (id === undefined) return;
    try {
      if ((await isFree(run)) && (await run.judging.claim(id))) {
        run.claimed = id;
        passSweep(run, [id]);
        try {
          await land(run, id, futile);
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
async function land(run: Run, id: string, futile: Futile): Promise<void> {
  const { lander, stop } = run.options;
  const begun = await orFault(begin(run, id, futile));
  // As it is now: it may be replaced while a command runs. Nothing is awaited between the read and the command.
  const gt = lander.identity();
  const go = (seen: Seen, turn?: Turn): Next => {
    const outcome = step(lifeOf(run, id), seen, contextOf(run, turn && { ...turn, stopped: stop.aborted }, gt));
    keep(run, outcome);
    return outcome.next;
  };
  if (begun instanceof DatabaseError) return follow(run, id, go({ kind: "unread", why: inWords(begun) }));
  const { turn, convoy } = begun;
  let next = go({ kind: "read", convoy }, turn);
  let left: string | undefined;
  while (next.kind === "land" || next.kind === "ask") {
    const taken = next.step;
    const result = await act(run, id, taken, turn.knows, (closed) => void go({ kind: "ran", convoy: closed }, turn));
    if (result?.ended === "left") return;
    const seen = result && (await after(run, id, result));
    next = seen === undefined ? NOTHING : go(seen, turn);
    const { kind } = lifeOf(run, id).state;
    if (kind === "telling" && left !== undefined) futile.kinds.add(left);
    if (kind === "stuck" && left !== undefined) futile.kinds.delete(left);
    // What a check that ended well has left open, and another step then closes, the next check need not be asked for.
    if (taken === "check" && next.kind === "land" && result?.exitCode === 0 && seen?.convoy !== undefined)
      left = kindOf(seen.convoy);
  }
  // What failed was the gt of before.
  const isAnother = next.kind === "look" && lander.identity() !== gt;
  follow(run, id, isAnother ? look(0) : next);
}

/** All that a turn is decided from; the convoy is read last. */
async function begin(
  run: Run,
  id: string,
  futile: Futile,
): Promise<{ readonly turn: Turn; readonly convoy: ConvoySnapshot | undefined }> {
  const rival = await meetRival(run);
  const knows = await knowsOf(run);
  const gt = run.options.lander.identity();
  if (gt !== futile.gt) futile.kinds.clear();
  futile.gt = gt;
  const turn = { rival, knows, futile: (one: ConvoySnapshot) => futile.kinds.has(kindOf(one)), stopped: false };
  return { turn, convoy: await readConvoy(run, id) };
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
  command.limit(LIMITS.close + (checksAll ? tellLimitOf(run) : 0));
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
    const read = await orFault(store.readConvoys([id]));
    const convoy = read instanceof DatabaseError ? undefined : read.get(id);
    if (outcome.result !== undefined || !isClosed(convoy)) continue;
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
  const read = await orFault(readAfresh(run, [id]));
  return read instanceof DatabaseError
    ? { kind: "ran", result, convoy: undefined, unread: `${result.output}\n${inWords(read)}`.trim() }
    : { kind: "ran", result, convoy: read.get(id) };
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
