import type { Clock, CommandResult } from "../src/ports.ts";
import type { LandStep } from "../src/records.ts";
import { type Command, follows, type Violation } from "./command.ts";
import type { Lately } from "./lately.ts";
import type { Rival } from "./rival.ts";
import { Testimony } from "./testimony.ts";
import type { Town } from "./town.ts";

/** So long at least is the wait after a landing that failed: the floor of the backoff. */
const FLOOR = 250;
/** So many commands are remembered. */
const REMEMBERED = 20;
/** Times of closes may be whole seconds: what was closed so long before or after a command may be put down to it. */
const SLACK = 1_000;
/** How long it may take until an event has been taken up. */
const UNDER_WAY = 1_000;

/** Knows the truth, sees every command, and notes the first rule that does not hold. */
export class Oracle {
  violation: Violation | undefined;
  /** How many there were. */
  commands = 0;
  readonly testimony: Testimony;
  /** When the wall clock last jumped. */
  jumpedAt: number = Number.NEGATIVE_INFINITY;
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #lately: Lately;
  readonly #commands: Command[] = [];
  readonly #tries = new Map<
    string,
    { readonly ended: number; readonly world: string; readonly step: LandStep; readonly output: string }
  >();
  /** Convoys that are being put together: how many issues are to come; nothing else has touched them. */
  readonly #made = new Map<string, number>();
  readonly #failures = new Map<string, number>();
  readonly #failedAt = new Map<string, number>();

  /** @param ledger a watcher hears of the commands of the one before it */
  constructor(clock: Clock, town: Town, lately: Lately, ledger: boolean) {
    this.#clock = clock;
    this.#town = town;
    this.#lately = lately;
    const fail: Oracle["fail"] = (rule, what) => this.fail(rule, what);
    this.testimony = new Testimony(clock, town, lately, ledger, this.#commands, fail);
  }

  fail(rule: Violation["rule"], what: string): void {
    this.violation ??= { rule, what };
  }

  /** Safety and economy: the convoy was complete when it was last read, or gt may be asked about it. */
  started(command: Command, rival: Rival, stopped: boolean): void {
    this.commands += 1;
    this.#commands.push(command);
    if (this.#commands.length > REMEMBERED) this.#commands.shift();
    const { life, step, convoy } = command;
    const lately = this.#lately;
    const undone = lately.neverDone(convoy);
    if (stopped) this.fail("fault", `${step} ${convoy} was run after the stop`);
    this.testimony.lookedAt(life, convoy);
    if (this.#isRepair(command)) return;
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
    if (!command.asked && !(before !== undefined && follows(step, before.step))) this.#mayLand(command, rival);
    if (step === "force" && before?.output.includes("Use --force") !== true)
      this.fail("safety", `force ${convoy} was run, and gt had not refused`);
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

  /** A half-made convoy is left alone, and so is one that a rival is to have first. */
  #mayLand({ life, step, convoy }: Command, rival: Rival): void {
    if ((this.#made.get(convoy) ?? 0) > 0)
      this.fail("safety", `${step} ${convoy} was run while it was being put together`);
    const since = Math.max(this.testimony.calledAt(life, convoy), this.jumpedAt, rival.since);
    const waited = this.#clock.now() - since;
    if (!rival.isSeen) return;
    if (rival.checking) this.fail("twice", `${step} ${convoy} was run while the rival's own command ran`);
    if (waited < rival.grace) this.fail("twice", `${step} ${convoy} was run ${waited} ms into the rival's grace`);
  }

  /** gt is asked to tell people of what a command of ours has closed, or may have, and of which nobody has been told. */
  #isRepair({ life, step, convoy }: Command): boolean {
    const { closedAt, status } = this.#town.row(convoy) ?? {};
    if (step !== "check" || status !== "closed") return false;
    if (!this.testimony.isOurs(life, convoy)) return false;
    const since = Date.parse(closedAt ?? "") - SLACK;
    return !this.#town.mails.some((mail) => mail.convoy === convoy && Date.parse(mail.at) >= since);
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

  ended(command: Command, { ended, exitCode, output }: CommandResult): void {
    const { asked, events, life, step, convoy, world } = command;
    command.endedAt = this.#clock.now();
    if (!this.#town.isOpenConvoy(convoy)) this.#failures.delete(convoy);
    else if (!asked) this.#failures.set(convoy, this.failures(convoy) + 1);
    if (!asked) this.#failedAt.set(convoy, this.#clock.now());
    // gt has been asked when it has ended by itself, and well.
    if (asked && ended === "exit" && exitCode === 0) for (const event of events) life.asked.add(event);
    if (!asked) this.#tries.set(`${life.number} ${convoy}`, { ended: this.#clock.now(), world, step, output });
  }

  jumped(): void {
    this.jumpedAt = this.#clock.now();
  }

  /** Commands that have not ended, whoever waits for them. */
  get running(): Command[] {
    return this.#commands.filter(({ runs }) => runs);
  }

  /** When the last one ended that left this convoy open. */
  failedAt(convoy: string): number {
    return this.#failedAt.get(convoy) ?? Number.NEGATIVE_INFINITY;
  }

  /** How many commands in a row have left this convoy open. */
  failures(convoy: string): number {
    return this.#failures.get(convoy) ?? 0;
  }

  /** A convoy is being put together: so many issues are to come. */
  isMade(convoy: string, issues: number): void {
    this.#made.set(convoy, issues);
  }

  hasMade(convoy: string): void {
    const left = this.#made.get(convoy);
    if (left !== undefined) this.#made.set(convoy, left - 1);
  }

  /** Something else has happened: what is being put together may be complete by that, or seem to be. */
  disturbed(): void {
    this.#made.clear();
  }

  /** What is complete must have landed by now. */
  expectLanded(rule: "liveness" | "promptness"): void {
    const left = this.#town.convoys.filter((convoy) => this.#town.isComplete(convoy));
    if (left.length > 0) this.fail(rule, `complete and still open: ${left.join(", ")}`);
  }
}
