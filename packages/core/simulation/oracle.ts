import type { Clock, CommandResult, LandStep, WatchRecord } from "../src/index.ts";
import type { Lately } from "./lately.ts";
import type { Rival } from "./rival.ts";
import { NOTIFY, type Town } from "./town.ts";

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
  /** When a source last told it to look at everything. */
  toldToSweep: number;
  readonly watching: boolean;
  readonly takenUp: ReadonlySet<string>;
}

export interface Command {
  readonly life: Life;
  readonly step: LandStep;
  readonly convoy: string;
  readonly started: number;
  readonly startedWall: number;
  /** What a watcher can see of the world, when the landing began that this is a step of. */
  world: string;
  /** gt was asked about what can't be judged. */
  asked: boolean;
  endedAt?: number;
  /** Its gt makes up for people who have not been told. */
  readonly tells: boolean;
  /** It looks at every convoy of the town. */
  readonly all: boolean;
  /** The close events that it was asked for. */
  readonly events: Set<string>;
  /** The watcher that ran it has crashed, and the command with it. */
  lost: boolean;
  /** It has not ended, whoever waits for it. */
  runs: boolean;
  /** Which end of each convoy it is that it has closed. */
  readonly epochs: Map<string, number>;
  readonly done: Promise<void>;
  readonly over: () => void;
}

interface Landing {
  readonly all: boolean;
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

/** So long after a close a look at it may come. */
const UNSEEN = 1_000;

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
  /** Lives and convoys that they have called complete, and when. */
  readonly #called = new Map<string, number>();
  /** Lives and convoys that somebody closed while a command ran for them, or that were closed before a look at them: either may be told of them. */
  readonly #doubtful = new Set<string>();
  /** For each life and convoy: closings that are to be told of. */
  readonly #untold = new Map<string, number>();
  readonly #tries = new Map<
    string,
    { readonly ended: number; readonly world: string; readonly step: LandStep; readonly output: string }
  >();
  /** What could be seen of the world when a convoy was last told of as stuck. */
  readonly #stuck = new Map<string, string>();
  /** The same when a command was last run for it. */
  readonly #tried = new Map<string, string>();
  /** Convoys that are being put together: how many issues are to come; nothing else has touched them. */
  readonly #made = new Map<string, number>();
  /** Who closed a convoy last, and when. */
  readonly #closers = new Map<string, { readonly by: "us" | "others"; readonly at: number; readonly tells: boolean }>();
  /** When a command of ours closed a convoy last, by the wall clock. */
  readonly #closedAt = new Map<string, number>();
  /** How often somebody was told of this end of a convoy, by life, convoy, epoch and address. */
  readonly #mailed = new Set<string>();
  readonly #failures = new Map<string, number>();
  readonly #failedAt = new Map<string, number>();
  /** When the wall clock last jumped. */
  jumpedAt: number = Number.NEGATIVE_INFINITY;

  readonly #ledger: boolean;

  /** @param ledger a watcher hears of the commands of the one before it */
  constructor(clock: Clock, town: Town, lately: Lately, ledger: boolean) {
    this.#ledger = ledger;
    this.#clock = clock;
    this.#town = town;
    this.#lately = lately;
    town.onReopening = (convoy) => this.#openedAgain(convoy);
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
    const closer = this.#closers.get(convoy);
    if (closer?.by === "others" && lately.isRecent(closer.at)) this.#doubtful.add(`${life.number} ${convoy}`);
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
    const since = Math.max(this.#called.get(`${life.number} ${convoy}`) ?? 0, this.jumpedAt, rival.since);
    const waited = this.#clock.now() - since;
    if (!rival.isSeen) return;
    if (rival.checking) this.fail("twice", `${step} ${convoy} was run while the rival's own command ran`);
    if (waited < rival.grace) this.fail("twice", `${step} ${convoy} was run ${waited} ms into the rival's grace`);
  }

  /** gt is asked to tell people of what a command of ours has closed, or may have, and of which nobody has been told. */
  #isRepair({ life, step, convoy }: Command): boolean {
    const { closedAt, status } = this.#town.row(convoy) ?? {};
    if (step !== "check" || status !== "closed") return false;
    if (this.#closers.get(convoy)?.by !== "us" && !this.#mayHaveClosed(life, convoy)) return false;
    const since = Date.parse(closedAt ?? "") - SLACK;
    return !this.#town.mails.some((mail) => mail.convoy === convoy && Date.parse(mail.at) >= since);
  }

  /** Somebody closed it while a command ran for it or was about to, of this life or of the one it takes up: nobody can tell whose work that is. */
  #mayHaveClosed(life: Life, convoy: string): boolean {
    return this.#doubtful.has(`${life.number} ${convoy}`) || life.takenUp.has(convoy);
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

  /** gt has closed a convoy, and told those who wait: never twice, unless a crash left a command behind. */
  closed(command: Command, convoy: string): void {
    const { all, life, started, tells } = command;
    const epoch = this.#town.epochs.get(convoy) ?? 0;
    this.#closers.set(convoy, { by: "us", at: this.#clock.now(), tells });
    this.#closedAt.set(convoy, this.#clock.wall());
    command.epochs.set(convoy, epoch);
    const landing = { all, epoch, life: life.number, from: started, to: this.#clock.now() };
    const before = (this.#landings.get(convoy) ?? []).filter((other) => other.epoch === epoch);
    for (const other of before) {
      const orphaned = other.life !== landing.life && other.from <= landing.to && landing.from <= other.to;
      if (!orphaned || (this.#ledger && !all && !other.all))
        this.fail("twice", `${convoy} was closed and announced twice`);
    }
    this.#landings.set(convoy, [...before, landing]);
    for (const other of this.#commands)
      if (other.convoy === convoy && other.life !== life && other.endedAt === undefined)
        this.#doubtful.add(`${other.life.number} ${convoy}`);
    const key = `${life.number} ${convoy}`;
    if (this.#called.has(key)) this.#untold.set(key, (this.#untold.get(key) ?? 0) + 1);
    else this.#doubtful.add(key);
  }

  /** gt tells somebody: once, and only of what gt has closed, not of what was closed before it was run. */
  mailed({ epochs, life, started }: Command, convoy: string, to: string): void {
    const closer = this.#closers.get(convoy);
    if (closer?.by === "others" && closer.at < started && !this.#mayHaveClosed(life, convoy))
      this.fail("told", `${to} was told of ${convoy}, which others had closed`);
    const key = `${life.number} ${convoy} ${epochs.get(convoy) ?? this.#town.epochs.get(convoy) ?? 0} ${to}`;
    if (this.#mailed.has(key)) this.fail("twice", `${to} was told twice that ${convoy} has landed`);
    this.#mailed.add(key);
  }

  /** The town's database is an older one: what was closed or written there may never have been. */
  rolledBack(): void {
    this.#mailed.clear();
    for (const key of this.#untold.keys()) this.#doubtful.add(key);
    this.#untold.clear();
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

  /** A person or a rival has closed a convoy. */
  closedByOthers(convoy: string): void {
    if (this.#town.isOpenConvoy(convoy))
      this.#closers.set(convoy, { by: "others", at: this.#clock.now(), tells: false });
    for (const { life, convoy: other, endedAt } of this.#commands)
      if (other === convoy && (endedAt === undefined || this.#clock.now() - endedAt < UNREAD))
        this.#doubtful.add(`${life.number} ${convoy}`);
  }

  /** What the watcher says must be so. */
  heard(life: Life, record: WatchRecord, sight: string): void {
    if (!("convoy" in record)) return;
    const { convoy } = record;
    const key = `${life.number} ${convoy}`;
    this.#isSo(life, record, `${life.number} ${sight}`);
    if (record.event === "complete") this.#called.set(key, this.#called.get(key) ?? this.#clock.now());
    else if (record.event !== "checking" && record.event !== "stuck") this.#called.delete(key);
    if (record.event !== "landed") return;
    const untold = this.#untold.get(key) ?? 0;
    if (untold > 0) this.#untold.set(key, untold - 1);
    else if (!this.#doubtful.delete(key) && !this.#mayBeOurs(life, convoy) && !life.takenUp.has(convoy))
      this.fail("truthfulness", `${convoy} was said to have landed, and no command had closed it since`);
  }

  /** A verdict is no older than a read, and nothing is told that is not so. */
  #isSo(life: Life, record: Extract<WatchRecord, { convoy: string }>, sight: string): void {
    const lately = this.#lately;
    if (
      record.event === "complete" &&
      (!lately.was("ours", record.convoy) || lately.neverDone(record.convoy).length > 0)
    )
      this.fail("truthfulness", `${record.convoy} was said to be complete, and was not`);
    if (record.event === "waiting" && !lately.was("incomplete", record.convoy))
      this.fail("truthfulness", `${record.convoy} was said to wait, and was complete`);
    if (record.event === "landed") {
      const running = this.running.find((command) => command.convoy === record.convoy && command.life === life);
      if (running !== undefined)
        this.fail("truthfulness", `${record.convoy} was said to have landed, and ${running.step} ran`);
      if (record.ms < 0 || !Number.isInteger(record.ms))
        this.fail("truthfulness", `${record.convoy} landed in ${record.ms} ms`);
      if (
        record.told === "closed, not told" &&
        sight.includes("july") &&
        this.#closers.get(record.convoy)?.tells === true &&
        !this.#town.isOpenConvoy(record.convoy)
      )
        this.fail("told", `nobody was told of ${record.convoy}, and gt was asked no more`);
      if (record.told === "told" && !this.#isTold(record.convoy))
        this.fail("truthfulness", `people were said to be told of ${record.convoy}, and were not`);
    }
    if (record.event === "checking") this.#tried.set(record.convoy, sight);
    if (record.event === "stuck" && record.attempts > 0) {
      // What failed is the gt that was run, which may have been replaced meanwhile, or what is read now.
      const seen = `${this.#tried.get(record.convoy) ?? ""} ${sight}`;
      if (this.#stuck.get(record.convoy) === seen) this.fail("economy", `${record.convoy} was said to be stuck twice`);
      this.#stuck.set(record.convoy, seen);
    } else if (record.event !== "checking") this.#stuck.delete(record.convoy);
  }

  /** Whether everybody has mail of the last end of a convoy, whoever closed it once more since. */
  #isTold(convoy: string): boolean {
    const closedAt = Date.parse(this.#town.row(convoy)?.closedAt ?? "");
    const since = Math.min(closedAt, this.#closedAt.get(convoy) ?? closedAt) - SLACK;
    const got = this.#town.mails.filter((mail) => mail.convoy === convoy && !(Date.parse(mail.at) < since));
    return NOTIFY.every((address) => got.some(({ to }) => to === address));
  }

  /** A convoy that was closed while a command looked at every one is taken for its work: nobody can tell. */
  #mayBeOurs(life: Life, convoy: string): boolean {
    const at = this.#town.closedAt(convoy);
    return this.#commands.some(
      ({ life: other, all, started, endedAt = this.#clock.now() }) =>
        other === life && all && at >= started - SLACK && at <= endedAt + SLACK,
    );
  }

  /** What was closed by us is opened again so soon that nobody may have seen it closed. */
  #openedAgain(convoy: string): void {
    const closer = this.#closers.get(convoy);
    if (closer?.by !== "us") return;
    const readable = this.#town.rigs.hq.fault === undefined && this.#town.mendedAt < closer.at;
    if (readable && this.#clock.now() - closer.at > UNSEEN) return;
    for (const key of [...this.#untold.keys()].filter((one) => one.endsWith(` ${convoy}`))) {
      this.#untold.delete(key);
      this.#doubtful.add(key);
    }
  }

  /** Every close by a command of this life has been told of. */
  expectTold(life: Life): void {
    for (const [key, untold] of this.#untold)
      if (untold > 0 && key.startsWith(`${life.number} `))
        this.fail("told", `${key.split(" ")[1]} was closed, and not said to have landed`);
  }

  /** What was said last of an open convoy is so. */
  expectSaid(life: Life): void {
    for (const key of this.#called.keys()) {
      const [number, convoy = ""] = key.split(" ");
      if (number === String(life.number) && this.#town.isOpenConvoy(convoy) && !this.#town.isComplete(convoy))
        this.fail("truthfulness", `${convoy} was said to be complete, and not that it is so no more`);
    }
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
