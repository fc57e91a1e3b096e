import { messageOf, type WatchRecord } from "../src/index.ts";
import type { Core } from "./core.ts";
import { createRandom } from "./random.ts";
import { Watcher } from "./watcher.ts";
import type { World } from "./world.ts";

export const SWEEP = 30_000;
export const GRACE = 5_000;
/** How long a supervisor waits before it starts a watcher again that could not read the town. */
const PAUSE = 5_000;
const STOP_LIMIT = 65_000;

/** Starts and ends the watchers of a world, one at a time. */
export class Supervisor {
  watcher: Watcher | undefined;
  landed = 0;
  readonly #core: Core;
  readonly #world: World;
  readonly #random: () => number;
  #lives = 0;

  constructor(core: Core, world: World, seed: number) {
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
      sources: [world.feed.source(watcher)],
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
      rival: () =>
        watcher.whileAlive(Promise.resolve(world.rival ? { name: "gt daemon", checking: false } : undefined)),
      stop: watcher.stop.signal,
      kill: new AbortController().signal,
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
  restart(pause: number): void {
    if (this.watcher !== undefined && !this.watcher.stop.signal.aborted) this.#stop(this.watcher, pause);
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
    this.#world.oracle.heard(watcher, record);
  }

  #over(watcher: Watcher, error?: unknown): void {
    if (watcher.dead) return;
    const { oracle } = this.#world;
    watcher.over = true;
    this.#gone();
    this.#world.say(() => `watcher ${watcher.number} has ended${error === undefined ? "" : `: ${messageOf(error)}`}`);
    if (error instanceof this.#core.DatabaseError) this.#world.later(PAUSE, () => this.start());
    else if (error !== undefined) oracle.fail("fault", `the watcher failed: ${messageOf(error)}`);
    else if (!watcher.stop.signal.aborted) oracle.fail("fault", "the watcher ended by itself");
  }

  #gone(): void {
    this.watcher = undefined;
    this.#world.feed.detach();
  }
}
