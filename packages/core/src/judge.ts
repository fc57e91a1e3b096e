import { backoff, STREAM_BACKOFF } from "./backoff.ts";
import { step } from "./convoy-life.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import { DatabaseError, inWords, orFault } from "./errors.ts";
import { isPending } from "./life.ts";
import { contextOf, keep, lifeOf, readAfresh, type Run, type Sweeping } from "./run.ts";
import { passSweep } from "./sweep.ts";
import { follow } from "./tell.ts";

/** Convoys that hints named are read together. */
const BATCH = 256;
/** Of a sweep: enough to make few queries, few enough to let hints in between and to keep the heap small. */
const CHUNK = 50;

/**
 * Reads convoys whose turn it is and lets their lives go on, until the queue is shut.
 *
 * @param failed told that a read failed: its convoys are read again by themselves
 */
export async function judgeLoop(run: Run, failed: () => void): Promise<void> {
  for (let failures = 0; ;) {
    const ids = await run.judging.take(BATCH, CHUNK);
    if (ids.length === 0) return;
    const { sweeping } = run;
    try {
      const convoys = await orFault(read(run, ids));
      if (convoys instanceof DatabaseError) {
        failures += 1;
        putOff(run, ids, convoys, failures);
        if (sweeping !== undefined && ids.some((id) => sweeping.left.has(id))) sweeping.fail(convoys);
        else failed();
      } else {
        failures = 0;
        for (const id of ids) judgeOne(run, id, convoys.get(id), sweeping);
      }
    } finally {
      for (const id of ids) run.judging.done(id);
    }
    if (sweeping !== undefined) await afterChunk(run, ids);
  }
}

function read(run: Run, ids: readonly string[]): Promise<ReadonlyMap<string, ConvoySnapshot>> {
  const { sweeping } = run;
  const afresh = sweeping?.afresh === true && ids.some((id) => sweeping.left.has(id));
  return afresh ? readAfresh(run, ids) : run.options.store.readConvoys(ids);
}

/** They are read again by themselves, later each time. */
function putOff(run: Run, ids: readonly string[], fault: DatabaseError, failures: number): void {
  const after = backoff(STREAM_BACKOFF, failures, run.options.random());
  for (const id of ids) {
    const life = lifeOf(run, id);
    if (isPending(life.state)) keep(run, step(life, { kind: "unread", why: inWords(fault) }, contextOf(run)));
    run.judging.addAfter(id, after);
  }
}

function judgeOne(run: Run, id: string, convoy: ConvoySnapshot | undefined, sweeping: Sweeping | undefined): void {
  const before = lifeOf(run, id);
  const outcome = step(before, { kind: "read", convoy }, contextOf(run));
  keep(run, outcome);
  follow(run, id, outcome.next);
  if (sweeping?.left.has(id) !== true || !isPending(outcome.life.state)) return;
  sweeping.complete += 1;
  if (!isPending(before.state) && before.hintedAt === undefined) sweeping.fresh += 1;
}

/** Lets hints in between, and ends the sweep with its last convoy. */
async function afterChunk(run: Run, ids: readonly string[]): Promise<void> {
  passSweep(run, ids);
  if (run.sweeping !== undefined && run.sweeping.left.size > 0) await run.options.clock.sleep(0, run.options.stop);
}
