import { messageOf, type Unfinished, type WatchRecord } from "../src/index.ts";
import type { Core } from "./core.ts";
import { PROMPT, SWEEP } from "./deadlines.ts";
import type { History } from "./history.ts";
import { createRandom } from "./random.ts";
import { GRACE } from "./rival.ts";
import { Watcher } from "./watcher.ts";
import type { World } from "./world.ts";

/** How long a supervisor waits before it starts a watcher again that could not read the town. */
const PAUSE = 5_000;
/** A gt under way is left after 10 s, and reads take their time. */
const STOP_LIMIT = 12_000;

/** Starts and ends the watchers of a world, one at a time. */
export class Supervisor {
  watcher: Watcher | undefined;
  landed = 0;
  readonly #core: Core;
  readonly #world: World;
  readonly #random: () => number;
  #lives = 0;

  readonly #ledger: boolean;

  constructor(core: Core, world: World, { ledger, seed }: History) {
    this.#ledger = ledger;
    this.#core = core;
    this.#world = world;
    this.#random = createRandom(seed ^ 0x5eed);
  }

  start(): void {
    if (this.watcher !== undefined) return;
    this.#lives += 1;
    const world = this.#world;
    const watcher = new Watcher(this.#lives, world);
    this.watcher = watcher;
    world.say(() => `watcher ${watcher.number} starts`);
    const ended = this.#core.watch({
      store: watcher.store(this.#core),
      lander: watcher.lander(),
      sources: world.feeds.map((feed) => feed.source(watcher)),
      unfinished: this.#ledger ? this.#unfinished(watcher) : [],
      clock: {
        now: () => world.clock.now(),
        wall: () => world.clock.wall(),
        sleep: (ms, signal) => watcher.sleep(ms, signal),
      },
      report: (record) => this.#hear(watcher, record),
      random: this.#random,
      sweepEvery: SWEEP,
      grace: GRACE,
      steps: ["check", "close", "force"],
      dryRun: false,
      rival: () => watcher.whileAlive(Promise.resolve(world.rival.seen)),
      stop: watcher.stop.signal,
      kill: watcher.kill.signal,
    });
    void ended.then(
      () => this.#over(watcher),
      (error: unknown) => this.#over(watcher, error),
    );
  }

  /** Kills the watcher there is. */
  crash(orphan: "lost" | "lives"): void {
    this.watcher?.crash(orphan);
    this.#gone();
  }

  /** Stops the watcher there is, unless that was done before, and starts the next one so long after it has ended. */
  restart(pause: number, second?: number): void {
    const { watcher } = this;
    if (watcher === undefined || watcher.stop.signal.aborted) return;
    this.#stop(watcher, pause);
    if (second !== undefined) void this.#world.clock.sleep(second).then(() => watcher.kill.abort("SIGTERM"));
  }

  /** What the ledger says that has no end. */
  #unfinished(watcher: Watcher): Unfinished[] {
    const { open } = this.#world;
    return [...open].map((command) => {
      watcher.takenUp.add(command.convoy);
      const { convoy, step, startedWall: startedAt, runs, done } = command;
      if (!runs) open.delete(command);
      const isOver = (): void => {
        if (!watcher.dead) open.delete(command);
      };
      return runs
        ? { convoy, step, startedAt, running: watcher.whileAlive(done.then(isOver)) }
        : { convoy, step, startedAt };
    });
  }

  /** Stops the last watcher: it has to end, and leave nothing behind. */
  async end(): Promise<void> {
    const { watcher } = this;
    const { clock, oracle } = this.#world;
    if (watcher === undefined) return oracle.fail("fault", "no watcher was left");
    this.#stop(watcher);
    await clock.advance(STOP_LIMIT);
    if (watcher.sleeps > 0) oracle.fail("fault", `${watcher.sleeps} timers were left behind`);
  }

  #stop(watcher: Watcher, next?: number): void {
    const { clock, oracle } = this.#world;
    watcher.stop.abort();
    watcher.stoppedAt = clock.now();
    watcher.wasIdle = oracle.running.length === 0;
    const wait = async (): Promise<void> => {
      for (let waited = 0; waited < STOP_LIMIT && !watcher.over && !watcher.dead; waited += 100) await clock.sleep(100);
      if (watcher.dead) return;
      if (!watcher.over) oracle.fail("fault", "the watcher did not stop");
      else if (next !== undefined) this.#world.later(next, () => this.start());
    };
    void wait();
  }

  #hear(watcher: Watcher, record: WatchRecord): void {
    if (watcher.dead) return;
    this.#world.say(() => `${watcher.number}: ${JSON.stringify(record)}`);
    if (record.event === "landed") this.landed += 1;
    if (record.event === "watching") watcher.watching = true;
    this.#world.oracle.testimony.heard(watcher, record, this.#world.sight);
  }

  #over(watcher: Watcher, error?: unknown): void {
    if (watcher.dead) return;
    const { oracle } = this.#world;
    watcher.over = true;
    const { stoppedAt, wasIdle } = watcher;
    const took = this.#world.clock.now() - (stoppedAt ?? 0);
    if (stoppedAt !== undefined && wasIdle && took > PROMPT + 60 * this.#world.delay)
      oracle.fail("fault", `the watcher took ${took} ms to stop, and nothing ran`);
    this.#gone();
    this.#world.say(() => `watcher ${watcher.number} has ended${error === undefined ? "" : `: ${messageOf(error)}`}`);
    if (error instanceof this.#core.DatabaseError) this.#world.later(PAUSE, () => this.start());
    else if (error !== undefined) oracle.fail("fault", `the watcher failed: ${messageOf(error)}`);
    else if (!watcher.stop.signal.aborted) oracle.fail("fault", "the watcher ended by itself");
  }

  #gone(): void {
    this.watcher = undefined;
    for (const feed of this.#world.feeds) feed.detach();
  }
}
