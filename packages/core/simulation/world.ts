import { VirtualClock } from "../test/support/virtual-clock.ts";
import type { Core } from "./core.ts";
import { Databases } from "./databases.ts";
import { Feed } from "./feed.ts";
import { Gt } from "./gt.ts";
import type { History } from "./history.ts";
import { Lately } from "./lately.ts";
import { Oracle } from "./oracle.ts";
import { Town } from "./town.ts";

/** All there is in a history but for its watchers. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly town: Town;
  readonly databases: Databases;
  readonly oracle: Oracle;
  readonly gt: Gt;
  readonly feed: Feed;
  rival = false;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #from: number;
  readonly #pending = new Set<() => void>();

  constructor(core: Core, history: History, trace: ((line: string) => void) | undefined) {
    this.#trace = trace;
    this.#from = this.clock.now();
    this.town = new Town(this.clock, history);
    this.databases = new Databases(core, this.town, history);
    this.oracle = new Oracle(this.clock, this.town, new Lately(this.clock, this.town, history.delay));
    this.gt = new Gt(this.clock, this.town, this.oracle, history.gt);
    this.feed = new Feed(this.clock);
  }

  /** What a watcher can see of it, but for the databases' own contents: while it is the same, nothing has changed. */
  get sight(): string {
    return `${this.town.version} ${this.gt.identity}`;
  }

  /** Happens after a while, or when all that is due is brought forward. */
  later(ms: number, happen: () => void): void {
    const once = (): void => {
      if (this.#pending.delete(once)) happen();
    };
    this.#pending.add(once);
    void this.clock.sleep(ms).then(once);
  }

  /** Lets all happen at once that was to happen later. */
  bringForward(): void {
    for (const happen of this.#pending) happen();
  }

  say(line: () => string): void {
    this.#trace?.(`${((this.clock.now() - this.#from) / 1_000).toFixed(3).padStart(9)} ${line()}`);
  }
}
