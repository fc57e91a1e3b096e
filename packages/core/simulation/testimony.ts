import type { Clock } from "../src/ports.ts";
import type { WatchRecord } from "../src/records.ts";
import type { Command, Life, Violation } from "./command.ts";
import type { Lately } from "./lately.ts";
import { NOTIFY, type Town } from "./town.ts";

type Fail = (rule: Violation["rule"], what: string) => void;

interface Landing {
  readonly all: boolean;
  readonly epoch: number;
  readonly life: number;
  readonly from: number;
  readonly to: number;
}

/** How long a convoy may be unreadable after its command. */
const UNREAD = 45_000;
/** Times of closes may be whole seconds: what was closed so long before or after a command may be put down to it. */
const SLACK = 1_000;
/** So long after a close a look at it may come. */
const UNSEEN = 1_000;

/** What the watcher says and lets people be told, held against what was closed, by whom, and when. */
export class Testimony {
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #lately: Lately;
  readonly #ledger: boolean;
  readonly #commands: readonly Command[];
  readonly #fail: Fail;
  readonly #landings = new Map<string, Landing[]>();
  /** Lives and convoys that they have called complete, and when. */
  readonly #called = new Map<string, number>();
  /** Lives and convoys that somebody closed while a command ran for them, or that were closed before a look at them: either may be told of them. */
  readonly #doubtful = new Set<string>();
  /** For each life and convoy: closings that are to be told of. */
  readonly #untold = new Map<string, number>();
  /** What could be seen of the world when a convoy was last told of as stuck. */
  readonly #stuck = new Map<string, string>();
  /** The same when a command was last run for it. */
  readonly #tried = new Map<string, string>();
  /** Who closed a convoy last, and when. */
  readonly #closers = new Map<string, { readonly by: "us" | "others"; readonly at: number; readonly tells: boolean }>();
  /** When a command of ours closed a convoy last, by the wall clock. */
  readonly #closedAt = new Map<string, number>();
  /** How often somebody was told of this end of a convoy, by life, convoy, epoch and address. */
  readonly #mailed = new Set<string>();

  /** @param ledger a watcher hears of the commands of the one before it */
  constructor(clock: Clock, town: Town, lately: Lately, ledger: boolean, commands: readonly Command[], fail: Fail) {
    this.#clock = clock;
    this.#town = town;
    this.#lately = lately;
    this.#ledger = ledger;
    this.#commands = commands;
    this.#fail = fail;
    town.onReopening = (convoy) => this.#openedAgain(convoy);
  }

  /** When it was called complete by this life, which has not said otherwise since. */
  calledAt(life: Life, convoy: string): number {
    return this.#called.get(`${life.number} ${convoy}`) ?? 0;
  }

  /** A look at it is about to lead to a command: what others closed just before may be told of as ours. */
  lookedAt(life: Life, convoy: string): void {
    const closer = this.#closers.get(convoy);
    if (closer?.by === "others" && this.#lately.isRecent(closer.at)) this.#doubtful.add(`${life.number} ${convoy}`);
  }

  /** Whether a command of ours has closed it, as far as anybody can tell. */
  isOurs(life: Life, convoy: string): boolean {
    return this.#closers.get(convoy)?.by === "us" || this.#mayHaveClosed(life, convoy);
  }

  /** Somebody closed it while a command ran for it or was about to, of this life or of the one it takes up: nobody can tell whose work that is. */
  #mayHaveClosed(life: Life, convoy: string): boolean {
    return this.#doubtful.has(`${life.number} ${convoy}`) || life.takenUp.has(convoy);
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
        this.#fail("twice", `${convoy} was closed and announced twice`);
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
      this.#fail("told", `${to} was told of ${convoy}, which others had closed`);
    const key = `${life.number} ${convoy} ${epochs.get(convoy) ?? this.#town.epochs.get(convoy) ?? 0} ${to}`;
    if (this.#mailed.has(key)) this.#fail("twice", `${to} was told twice that ${convoy} has landed`);
    this.#mailed.add(key);
  }

  /** The town's database is an older one: what was closed or written there may never have been. */
  rolledBack(): void {
    this.#mailed.clear();
    for (const key of this.#untold.keys()) this.#doubtful.add(key);
    this.#untold.clear();
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
      this.#fail("truthfulness", `${convoy} was said to have landed, and no command had closed it since`);
  }

  /** A verdict is no older than a read, and nothing is told that is not so. */
  #isSo(life: Life, record: Extract<WatchRecord, { convoy: string }>, sight: string): void {
    const lately = this.#lately;
    if (
      record.event === "complete" &&
      (!lately.was("ours", record.convoy) || lately.neverDone(record.convoy).length > 0)
    )
      this.#fail("truthfulness", `${record.convoy} was said to be complete, and was not`);
    if (record.event === "waiting" && !lately.was("incomplete", record.convoy))
      this.#fail("truthfulness", `${record.convoy} was said to wait, and was complete`);
    if (record.event === "landed") {
      const running = this.#commands.find(
        (command) => command.runs && command.convoy === record.convoy && command.life === life,
      );
      if (running !== undefined)
        this.#fail("truthfulness", `${record.convoy} was said to have landed, and ${running.step} ran`);
      if (record.ms < 0 || !Number.isInteger(record.ms))
        this.#fail("truthfulness", `${record.convoy} landed in ${record.ms} ms`);
      if (
        record.told === "closed, not told" &&
        sight.includes("july") &&
        this.#closers.get(record.convoy)?.tells === true &&
        !this.#town.isOpenConvoy(record.convoy)
      )
        this.#fail("told", `nobody was told of ${record.convoy}, and gt was asked no more`);
      if (record.told === "told" && !this.#isTold(record.convoy))
        this.#fail("truthfulness", `people were said to be told of ${record.convoy}, and were not`);
    }
    if (record.event === "checking") this.#tried.set(record.convoy, sight);
    if (record.event === "stuck" && record.attempts > 0) {
      // What failed is the gt that was run, which may have been replaced meanwhile, or what is read now.
      const seen = `${this.#tried.get(record.convoy) ?? ""} ${sight}`;
      if (this.#stuck.get(record.convoy) === seen) this.#fail("economy", `${record.convoy} was said to be stuck twice`);
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
        this.#fail("told", `${key.split(" ")[1]} was closed, and not said to have landed`);
  }

  /** What was said last of an open convoy is so. */
  expectSaid(life: Life): void {
    for (const key of this.#called.keys()) {
      const [number, convoy = ""] = key.split(" ");
      if (number === String(life.number) && this.#town.isOpenConvoy(convoy) && !this.#town.isComplete(convoy))
        this.#fail("truthfulness", `${convoy} was said to be complete, and not that it is so no more`);
    }
  }
}
