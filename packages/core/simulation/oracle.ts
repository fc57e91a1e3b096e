import type { Clock, LandStep, WatchRecord } from "../src/index.ts";
import type { Lately } from "./lately.ts";
import type { Town } from "./town.ts";

/** A rule that did not hold. */
export interface Violation {
  readonly rule: "safety" | "twice" | "liveness" | "promptness" | "economy" | "truthfulness" | "fault";
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
  readonly #landings = new Map<string, Landing[]>();
  readonly #told = new Map<string, number>();
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
    const { life, step, convoy } = command;
    const lately = this.#lately;
    const undone = lately.neverDone(convoy);
    if (!lately.was("ours", convoy)) this.fail("safety", `${step} ${convoy} was run, which was not open, or not ours`);
    else if (!lately.was("tracking", convoy)) this.fail("safety", `${step} ${convoy} was run, which tracks nothing`);
    else if (undone.length > 0) {
      command.asked = step === "check" && this.#mayAsk(life, convoy);
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

  ended({ asked, life, step, convoy, world }: Command): void {
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
  }

  /** What the watcher says must be so. */
  heard(life: Life, record: WatchRecord): void {
    if (record.event !== "landed") return;
    const { convoy } = record;
    if (!this.#lately.was("closed", convoy))
      this.fail("truthfulness", `${convoy} was said to have landed, and is open`);
    // When it has been opened again since it was read, this is still about the time before.
    const epoch = (this.#town.epochs.get(convoy) ?? 0) - (this.#town.isOpenConvoy(convoy) ? 1 : 0);
    const told = `${life.number} ${convoy} ${epoch}`;
    const times = (this.#told.get(told) ?? 0) + 1;
    this.#told.set(told, times);
    if (times > 1) this.fail("truthfulness", `${convoy} was said to have landed twice`);
  }

  /** What is complete must have landed by now. */
  expectLanded(rule: "liveness" | "promptness"): void {
    const left = this.#town.convoys.filter((convoy) => this.#town.isComplete(convoy));
    if (left.length > 0) this.fail(rule, `complete and still open: ${left.join(", ")}`);
  }

  #mayAsk(life: Life, convoy: string): boolean {
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
        if (at > since + UNDER_WAY && at < this.#clock.now() - UNDER_WAY) life.asked.add(event);
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
