import { type CommandResult, type ConvoyLander, type ConvoyStore, messageOf, type WatchRecord } from "../src/index.ts";
import { VirtualClock } from "../test/support/virtual-clock.ts";
import type { Core } from "./core.ts";
import { Feed } from "./feed.ts";
import { Gt } from "./gt.ts";
import type { History, Step } from "./history.ts";
import { type Command, type Life, Oracle, type Violation } from "./oracle.ts";
import { createRandom } from "./random.ts";
import { Town } from "./town.ts";

const SWEEP = 30_000;
const GRACE = 5_000;
/** Cap of the backoff of landings: the longest wait for one that has failed before, when nothing changes. */
const LONGEST_WAIT = 300_000;
/** Five convoys, three commands each at the slowest pace, a grace, and some time for reads and restarts. */
const SLACK = 5 * 3 * 1_600 + GRACE + 10_000;
/** How long a supervisor waits before it starts a watcher again that could not read the town. */
const SUPERVISOR = 5_000;
const STOP_LIMIT = 65_000;

interface Watcher extends Life {
  readonly stop: AbortController;
  readonly commands: Set<Command>;
  dead: boolean;
  over: boolean;
  sleeps: number;
}

/** What a history led to. */
export interface Outcome {
  readonly violation: Violation | undefined;
  readonly commands: number;
  readonly landed: number;
}

/** Plays a history against a core. `trace` hears of all that happens. */
export async function play(core: Core, history: History, trace?: (line: string) => void): Promise<Outcome> {
  const stage = new Stage(core, history, trace);
  try {
    await stage.play();
  } catch (error) {
    stage.oracle.fail("fault", messageOf(error));
  }
  return { violation: stage.oracle.violation, commands: stage.commands, landed: stage.landed };
}

class Stage {
  readonly clock = new VirtualClock();
  readonly town: Town;
  readonly oracle: Oracle;
  readonly gt: Gt;
  readonly feed: Feed;
  commands = 0;
  landed = 0;
  readonly #core: Core;
  readonly #history: History;
  readonly #trace: ((line: string) => void) | undefined;
  readonly #from: number;
  readonly #random: () => number;
  readonly #pending = new Set<() => void>();
  #watcher: Watcher | undefined;
  #lives = 0;
  #rival = false;

  constructor(core: Core, history: History, trace: ((line: string) => void) | undefined) {
    this.#core = core;
    this.#history = history;
    this.#trace = trace;
    this.#from = this.clock.now();
    this.#random = createRandom(history.seed ^ 0x5eed);
    this.town = new Town(this.clock, core, history);
    this.oracle = new Oracle(this.clock, this.town);
    this.gt = new Gt(this.clock, this.town, this.oracle, history.gt);
    this.feed = new Feed(this.clock);
  }

  async play(): Promise<void> {
    this.#start();
    for (const step of this.#history.steps) {
      await this.clock.advance(step.wait);
      if (this.oracle.violation !== undefined) return;
      this.#say(() => JSON.stringify(step));
      this.#take(step);
    }
    await this.#calm();
    if (this.oracle.violation !== undefined) return;
    await this.#epilogue();
    await this.#end();
  }

  /** The faults stop, and what is complete has to land: within a sweep, or when its backoff is over. */
  async #calm(): Promise<void> {
    this.#say(() => "calm");
    for (const end of this.#pending) end();
    for (const rig of ["hq", "gt", "bd"] as const) this.town.setFault(rig, undefined);
    this.gt.health = "ok";
    this.gt.heal.abort();
    if (this.#history.newGt) this.gt.version += 1;
    this.feed.revive();
    if (this.#watcher === undefined) this.#start();
    await this.clock.advance((this.#history.newGt ? 0 : LONGEST_WAIT) + SWEEP + SLACK);
    this.oracle.expectLanded("liveness");
  }

  /** With a feed that works nothing waits for a sweep. */
  async #epilogue(): Promise<void> {
    this.#say(() => "epilogue");
    this.gt.pace = Math.min(this.gt.pace, 120);
    const convoys = {
      "hq-cv-x": ["gt-91", "hq-91", "gt-92"],
      "hq-cv-y": ["bd-91", "bd-92", "gt-93"],
      "hq-cv-z": ["gt-94", "bd-93", "gt-95"],
    };
    for (const [convoy, issues] of Object.entries(convoys)) {
      for (const issue of issues) this.town.put(issue, "open");
      this.town.put(convoy, "open", true);
      this.town.setEdges(
        convoy,
        issues.map((issue) => (issue.startsWith("hq-") ? issue : `external:rig:${issue}`)),
      );
    }
    await this.clock.advance(2_000);
    for (const [index, issue] of Object.values(convoys).flat().entries()) {
      await this.clock.advance(this.#history.epilogue[index] ?? 0);
      this.town.put(issue, "closed");
      this.feed.tell(issue, "closed", "now");
    }
    await this.clock.advance(3 * 3 * 130 + 1_500 + (this.#rival ? GRACE : 0));
    this.oracle.expectLanded("promptness");
  }

  async #end(): Promise<void> {
    const watcher = this.#watcher;
    if (watcher === undefined) return this.oracle.fail("fault", "no watcher was left");
    this.#halt(watcher, undefined);
    await this.clock.advance(STOP_LIMIT);
    if (watcher.sleeps > 0) this.oracle.fail("fault", `${watcher.sleeps} timers were left behind`);
  }

  #start(): void {
    if (this.#watcher !== undefined) return;
    this.#lives += 1;
    const watcher: Watcher = {
      number: this.#lives,
      heard: new Map(),
      asked: new Set(),
      stop: new AbortController(),
      commands: new Set(),
      dead: false,
      over: false,
      sleeps: 0,
    };
    this.#watcher = watcher;
    this.#say(() => `watcher ${watcher.number} starts`);
    const clock = {
      now: () => this.clock.now(),
      sleep: (ms: number, signal?: AbortSignal) => this.#sleep(watcher, ms, signal),
    };
    const ended = this.#core.watch({
      store: this.#storeFor(watcher),
      lander: this.#landerFor(watcher),
      sources: [this.feed.source(watcher)],
      clock,
      report: (record) => this.#hear(watcher, record),
      random: this.#random,
      sweepEvery: SWEEP,
      grace: GRACE,
      steps: ["check", "close", "force"],
      dryRun: false,
      rival: () => this.#whileAlive(watcher, Promise.resolve(this.#rival ? "gt daemon" : undefined)),
      stop: watcher.stop.signal,
      kill: new AbortController().signal,
    });
    void ended.then(
      () => this.#over(watcher),
      (error: unknown) => this.#over(watcher, error),
    );
  }

  #over(watcher: Watcher, error?: unknown): void {
    if (watcher.dead) return;
    watcher.over = true;
    this.#watcher = undefined;
    this.feed.detach();
    this.#say(() => `watcher ${watcher.number} has ended${error === undefined ? "" : `: ${messageOf(error)}`}`);
    if (error instanceof this.#core.DatabaseError) this.#later(SUPERVISOR, () => this.#start());
    else if (error !== undefined) this.oracle.fail("fault", `the watcher failed: ${messageOf(error)}`);
    else if (!watcher.stop.signal.aborted) this.oracle.fail("fault", "the watcher ended by itself");
  }

  #hear(watcher: Watcher, record: WatchRecord): void {
    if (watcher.dead) return;
    this.#say(() => `${watcher.number}: ${JSON.stringify(record)}`);
    if (record.event === "landed") this.landed += 1;
    this.oracle.heard(watcher, record);
  }

  /** Stops a watcher, and starts the next one when it has ended. */
  #halt(watcher: Watcher, next: number | undefined): void {
    watcher.stop.abort();
    const wait = async (): Promise<void> => {
      for (let waited = 0; waited < STOP_LIMIT && !watcher.over && !watcher.dead; waited += 100)
        await this.clock.sleep(100);
      if (watcher.dead) return;
      if (!watcher.over) this.oracle.fail("fault", "the watcher did not stop");
      else if (next !== undefined) this.#later(next, () => this.#start());
    };
    void wait();
  }

  /** As by `kill -9`: nothing of it goes on, but for the command it had begun, perhaps. */
  #crash(watcher: Watcher, orphan: "lost" | "lives"): void {
    watcher.dead = true;
    this.#watcher = undefined;
    this.feed.detach();
    if (orphan === "lost") for (const command of watcher.commands) command.lost = true;
  }

  #take(step: Step): void {
    const { town, gt } = this;
    switch (step.kind) {
      case "convoy":
        town.put(step.convoy, "open", true);
        for (const reference of step.references) this.#create(reference);
        return town.setEdges(step.convoy, step.references);
      case "track":
        this.#create(step.reference);
        return town.setEdges(step.convoy, [...(town.edges.get(step.convoy) ?? []), step.reference]);
      case "untrack":
        return town.setEdges(
          step.convoy,
          (town.edges.get(step.convoy) ?? []).filter((reference) => reference !== step.reference),
        );
      case "close":
        return this.#close(step.issue, step.feeding);
      case "reopen":
        if (town.row(step.issue) === undefined) return;
        town.put(step.issue, "open");
        return this.feed.tell(step.issue, "reopened", step.feeding);
      case "delete":
        town.remove(step.issue);
        return this.feed.tell(step.issue, "closed", step.feeding);
      case "finish":
        for (const reference of town.edges.get(step.convoy) ?? [])
          this.#close(reference.split(":").at(-1) ?? "", step.feeding);
        return;
      case "status":
        if (town.row(step.convoy) !== undefined) town.put(step.convoy, step.status, true);
        return;
      case "own":
        return town.own(step.convoy, step.owned);
      case "fault":
        town.setFault(step.rig, step.fault);
        return this.#later(step.ms, () => town.setFault(step.rig, undefined));
      case "replace":
        town.setFault(step.rig, "replaced");
        return this.#later(step.ms, () => {
          town.replace(step.rig, step.rollBack);
          town.setFault(step.rig, undefined);
        });
      case "feed":
        return step.how === "dies" ? this.feed.dies(step.ms) : this.feed.falls(step.ms);
      case "gt":
        gt.kind = step.gt;
        return;
      case "health":
        gt.health = step.health;
        return;
      case "pace":
        gt.pace = step.ms;
        return;
      case "rival":
        this.#rival = step.present;
        return;
      case "crash":
        if (this.#watcher === undefined) return;
        this.#crash(this.#watcher, step.orphan);
        return this.#later(step.ms, () => this.#start());
      case "restart":
        if (this.#watcher !== undefined && !this.#watcher.stop.signal.aborted) this.#halt(this.#watcher, step.ms);
    }
  }

  #create(reference: string): void {
    const issue = reference.split(":").at(-1) ?? "";
    if (this.town.row(issue) === undefined) this.town.put(issue, "open");
  }

  #close(issue: string, feeding: Parameters<Feed["tell"]>[2]): void {
    // What no route leads to is closed somewhere: the event may come all the same.
    if (this.town.row(issue) !== undefined) this.town.put(issue, "closed");
    this.feed.tell(issue, "closed", feeding);
  }

  #storeFor(watcher: Watcher): ConvoyStore {
    const store = this.#core.createTownStore(this.town.databases((ms) => this.#sleep(watcher, ms)));
    const questions = Object.entries(store) as [string, (...asked: unknown[]) => Promise<unknown>][];
    return Object.fromEntries(
      questions.map(([name, ask]) => [name, (...asked: unknown[]) => this.#whileAlive(watcher, ask(...asked))]),
    ) as unknown as ConvoyStore;
  }

  #landerFor(watcher: Watcher): ConvoyLander {
    return {
      command: (step, convoy) => `gt convoy ${step} ${convoy}`,
      identity: () => this.gt.identity,
      run: async (step, convoy) => {
        if (watcher.dead) return never();
        const started = this.clock.now();
        const command: Command = {
          life: watcher,
          step,
          convoy,
          started,
          world: this.#world(),
          asked: false,
          lost: false,
        };
        this.commands += 1;
        this.oracle.started(command);
        watcher.commands.add(command);
        const result = await this.gt.run(command);
        watcher.commands.delete(command);
        if (!watcher.dead) this.oracle.ended(command);
        this.#say(() => `${watcher.number}: ${step} ${convoy}: ${JSON.stringify(result)}`);
        return this.#whileAlive<CommandResult>(watcher, Promise.resolve(result));
      },
    };
  }

  /** What a watcher can see of the world, but for the databases' own contents: while it is the same, nothing has changed. */
  #world(): string {
    return `${this.town.version} ${this.gt.identity}`;
  }

  async #sleep(watcher: Watcher, ms: number, signal?: AbortSignal): Promise<void> {
    watcher.sleeps += 1;
    await this.clock.sleep(ms, signal);
    watcher.sleeps -= 1;
    if (watcher.dead) return never();
  }

  async #whileAlive<T>(watcher: Watcher, value: Promise<T>): Promise<T> {
    try {
      const settled = await value;
      return watcher.dead ? await never() : settled;
    } catch (error) {
      if (watcher.dead) return never();
      throw error;
    }
  }

  /** Happens after a while, or when the faults stop. */
  #later(ms: number, happen: () => void): void {
    const once = (): void => {
      if (this.#pending.delete(once)) happen();
    };
    this.#pending.add(once);
    void this.clock.sleep(ms).then(once);
  }

  #say(line: () => string): void {
    this.#trace?.(`${((this.clock.now() - this.#from) / 1_000).toFixed(3).padStart(9)} ${line()}`);
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
