import type { Clock, CommandResult, LandStep, WatchRecord } from "../src/index.ts";
import type { Lately } from "./lately.ts";
import type { Town } from "./town.ts";

/** A rule that did not hold. */
export interface Violation {
  readonly rule: "safety" | "twice" | "liveness" | "promptness" | "economy" | "truthfulness" | "told" | "fault";
  readonly what: string;
}

/** One life of a watcher, from its start to its stop or crash. */
export interface Life {
  readonly number: number;
  /** Close events the feed has delivered to it, and when, by issue. */
  readonly heard: Map<string, Map<string, number>>;
  /** Convoys and close events that gt was asked about. */
  readonly asked: Set<string>;
}

export interface Command {
  readonly life: Life;
  readonly step: LandStep;
  readonly convoy: string;
  readonly started: number;
  /** What a watcher can see of the world, when the landing began that this is a step of. */
  world: string;
  /** gt was asked about what can't be judged. */
  asked: boolean;
  endedAt?: number;
  /** It looks at every convoy of the town. */
  readonly all: boolean;
  /** The close events that it was asked for. */
  readonly events: Set<string>;
  /** The watcher that ran it has crashed, and the command with it. */
  lost: boolean;
}

interface Landing {
  readonly epoch: number;
  readonly life: number;
  readonly from: number;
  readonly to: number;
}

/** So long at least is the wait after a landing that failed: the floor of the backoff. */
const FLOOR = 250;

/** So many commands are remembered. */
const REMEMBERED = 20;
/** How long a convoy may be unreadable after its command. */
const UNREAD = 45_000;

/** Times of closes may be whole seconds: what was closed so long before or after a command may be put down to it. */
const SLACK = 1_000;

/** How long it may take until an event has been taken up. */
const UNDER_WAY = 1_000;

/** Knows the truth, sees every command, and notes the first rule that does not hold. */
export class Oracle {
  violation: Violation | undefined;
  /** How many there were. */
  commands = 0;
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #lately: Lately;
  readonly #commands: Command[] = [];
  readonly #landings = new Map<string, Landing[]>();
  /** Lives and convoys that they have called complete. */
  readonly #called = new Set<string>();
  /** Lives and convoys that somebody closed while a command ran for them, or that were closed before a look at them: either may be told of them. */
  readonly #doubtful = new Set<string>();
  /** For each life and convoy: closings that are to be told of. */
  readonly #untold = new Map<string, number>();
  readonly #tries = new Map<string, { readonly ended: number; readonly world: string; readonly step: LandStep }>();

  constructor(clock: Clock, town: Town, lately: Lately) {
    this.#clock = clock;
    this.#town = town;
    this.#lately = lately;
  }

  fail(rule: Violation["rule"], what: string): void {
    this.violation ??= { rule, what };
  }

  /** Safety and economy: the convoy was complete when it was last read, or gt may be asked about it. */
  started(command: Command): void {
    this.commands += 1;
    this.#commands.push(command);
    if (this.#commands.length > REMEMBERED) this.#commands.shift();
    const { life, step, convoy } = command;
    const lately = this.#lately;
    const undone = lately.neverDone(convoy);
    if (!lately.was("ours", convoy)) this.fail("safety", `${step} ${convoy} was run, which was not open, or not ours`);
    else if (!lately.was("tracking", convoy)) this.fail("safety", `${step} ${convoy} was run, which tracks nothing`);
    else if (undone.length > 0) {
      command.asked = step === "check" && this.#mayAsk(command);
      if (!command.asked) this.fail("safety", `${step} ${convoy} was run before ${undone.join(", ")} was closed`);
    } else if (step === "check") {
      // What could not be read when it was read last may have made this a question.
      command.asked = lately.unknown(convoy);
    }
    const before = this.#tries.get(`${life.number} ${convoy}`);
    const wait = this.#clock.now() - (before?.ended ?? 0);
    if (before === undefined || command.asked) return;
    if (follows(step, before.step)) command.world = before.world;
    else if (before.world === command.world && wait < FLOOR) {
      this.fail(
        "economy",
        `${step} ${convoy} was run ${wait} ms after ${before.step} had failed, and nothing had changed`,
      );
    }
  }

  ended(command: Command, { ended, exitCode }: CommandResult): void {
    const { asked, events, life, step, convoy, world } = command;
    command.endedAt = this.#clock.now();
    // gt has been asked when it has ended by itself, and well.
    if (asked && ended === "exit" && exitCode === 0) for (const event of events) life.asked.add(event);
    if (!asked) this.#tries.set(`${life.number} ${convoy}`, { ended: this.#clock.now(), world, step });
  }

  /** gt has closed a convoy, and told those who wait: never twice, unless a crash left a command behind. */
  closed({ life, started }: Command, convoy: string): void {
    const epoch = this.#town.epochs.get(convoy) ?? 0;
    const landing = { epoch, life: life.number, from: started, to: this.#clock.now() };
    const before = (this.#landings.get(convoy) ?? []).filter((other) => other.epoch === epoch);
    for (const other of before) {
      const orphaned = other.life !== landing.life && other.from <= landing.to && landing.from <= other.to;
      if (!orphaned) this.fail("twice", `${convoy} was closed and announced twice`);
    }
    this.#landings.set(convoy, [...before, landing]);
    for (const other of this.#commands)
      if (other.convoy === convoy && other.life !== life && other.endedAt === undefined)
        this.#doubtful.add(`${other.life.number} ${convoy}`);
    const key = `${life.number} ${convoy}`;
    if (this.#called.has(key)) this.#untold.set(key, (this.#untold.get(key) ?? 0) + 1);
    else this.#doubtful.add(key);
  }

  /** A person has closed or deleted a convoy. */
  closedByHand(convoy: string): void {
    for (const { life, convoy: other, endedAt } of this.#commands)
      if (other === convoy && (endedAt === undefined || this.#clock.now() - endedAt < UNREAD))
        this.#doubtful.add(`${life.number} ${convoy}`);
  }

  /** What the watcher says must be so. */
  heard(life: Life, record: WatchRecord): void {
    if (!("convoy" in record)) return;
    const { convoy } = record;
    const key = `${life.number} ${convoy}`;
    if (record.event === "complete") this.#called.add(key);
    else if (record.event !== "checking" && record.event !== "stuck") this.#called.delete(key);
    if (record.event !== "landed") return;
    const untold = this.#untold.get(key) ?? 0;
    if (untold > 0) this.#untold.set(key, untold - 1);
    else if (!this.#doubtful.delete(key) && !this.#mayBeOurs(life, convoy))
      this.fail("truthfulness", `${convoy} was said to have landed, and no command had closed it since`);
  }

  /** A convoy that was closed while a command looked at every one is taken for its work: nobody can tell. */
  #mayBeOurs(life: Life, convoy: string): boolean {
    const at = this.#town.closedAt(convoy);
    return this.#commands.some(
      ({ life: other, all, started, endedAt = this.#clock.now() }) =>
        other === life && all && at >= started - SLACK && at <= endedAt + SLACK,
    );
  }

  /** Every close by a command of this life has been told of. */
  expectTold(life: Life): void {
    for (const [key, untold] of this.#untold)
      if (untold > 0 && key.startsWith(`${life.number} `))
        this.fail("told", `${key.split(" ")[1]} was closed, and not said to have landed`);
  }

  /** What is complete must have landed by now. */
  expectLanded(rule: "liveness" | "promptness"): void {
    const left = this.#town.convoys.filter((convoy) => this.#town.isComplete(convoy));
    if (left.length > 0) this.fail(rule, `complete and still open: ${left.join(", ")}`);
  }

  #mayAsk({ life, convoy, events }: Command): boolean {
    const references = this.#town.edges.get(convoy) ?? [];
    if (references.some((reference) => this.#lately.openAllAlong(convoy, reference))) return false;
    let fresh = false;
    for (const reference of references) {
      const since = this.#lately.hearableSince(convoy, reference);
      for (const [stamp, at] of life.heard.get(reference.split(":").at(-1) ?? "") ?? []) {
        const event = `${convoy} ${stamp}`;
        if (life.asked.has(event)) continue;
        fresh = true;
        // What may not have been taken up, or not for this convoy, may still lead to a question.
        if (at > since + UNDER_WAY && at < this.#clock.now() - UNDER_WAY) events.add(event);
      }
    }
    return fresh;
  }
}

/** Whether a step is the next rung of the same ladder. */
function follows(step: LandStep, before: LandStep): boolean {
  const order: readonly LandStep[] = ["check", "close", "force"];
  return order.indexOf(step) > order.indexOf(before);
}
