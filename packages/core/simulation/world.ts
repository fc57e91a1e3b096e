import { VirtualClock } from "../test/support/virtual-clock.ts";
import type { Command } from "./command.ts";
import type { Core } from "./core.ts";
import { Databases } from "./databases.ts";
import { Feed } from "./feed.ts";
import { Gt } from "./gt.ts";
import type { Feeding, History } from "./history.ts";
import { Lately } from "./lately.ts";
import { Oracle } from "./oracle.ts";
import { Rival } from "./rival.ts";
import { Town } from "./town.ts";

/** All there is in a history but for its watchers. */
export class World {
  readonly clock: VirtualClock = new VirtualClock();
  readonly town: Town;
  readonly databases: Databases;
  readonly oracle: Oracle;
  readonly gt: Gt;
  readonly feeds: readonly Feed[];
  readonly rival: Rival;
  readonly delay: number;
  /** Commands of which no watcher has seen the end. */
  readonly open: Set<Command> = new Set();
  /** It is played no further. */
  over = false;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #from: number;
  readonly #pending = new Set<() => void>();

  constructor(core: Core, history: History, trace: ((line: string) => void) | undefined) {
    this.#trace = trace;
    this.#from = this.clock.now();
    this.delay = history.delay;
    this.town = new Town(this.clock, history);
    this.databases = new Databases(core, this.town, history);
    this.oracle = new Oracle(this.clock, this.town, new Lately(this.clock, this.town, history.delay), history.ledger);
    this.gt = new Gt(this.clock, this.town, this.oracle, history.gt, history.nudges);
    this.feeds = ["bd", ...(history.second ? ["db"] : [])].map((name) => new Feed(this.clock, name));
    this.rival = new Rival(this);
  }

  /** What a watcher can see of it, but for the databases' own contents: while it is the same, nothing has changed. */
  get sight(): string {
    return `${this.town.version} ${this.gt.identity}`;
  }

  /** Each source hears of it: the first as is said, the second late, or not at all. */
  tell(issue: string, what: "closed" | "reopened", feeding: Feeding): void {
    const [first, second] = this.feeds;
    first?.tell(issue, what, feeding);
    second?.tell(issue, what, feeding === "lost" ? "lost" : "late");
  }

  /** Sets the wall clock. */
  jump(ms: number): void {
    this.clock.jump(ms);
    this.oracle.jumped();
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
