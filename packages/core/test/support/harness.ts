import { onTestFinished } from "vitest";
import { check, type CheckResult, type ReconcileOptions, watch, type WatchRecord } from "../../src/index.ts";
import { Feed } from "./feed.ts";
import { MemoryTown } from "./memory-town.ts";
import { type Act, exit, ScriptedLander } from "./scripted-lander.ts";
import { VirtualClock } from "./virtual-clock.ts";

type Overrides = Partial<Omit<ReconcileOptions, "report" | "stop" | "kill" | "clock">>;

/** A town in memory, a scripted `gt`, a feed, a virtual clock, and a watcher over them. */
export class Harness {
  readonly clock: VirtualClock = new VirtualClock();
  readonly town: MemoryTown = new MemoryTown();
  readonly gt: ScriptedLander = new ScriptedLander();
  readonly feed: Feed = new Feed();
  readonly records: WatchRecord[] = [];
  readonly stop: AbortController = new AbortController();
  readonly kill: AbortController = new AbortController();
  rival: string | undefined;
  /** The rival's own command runs. */
  checking = false;
  /** Of the watcher, where they differ from the defaults. */
  options: Overrides = {};

  /** Script of a step that works. */
  readonly landing: Act = (convoy) => {
    this.land(convoy);
    return exit(0);
  };

  constructor() {
    this.gt.script.check = this.landing;
  }

  /** What the real `gt convoy check` does to a convoy, seen from outside. */
  land(convoy: string): void {
    this.town.town.put(convoy, { status: "closed" });
  }

  all(): ReconcileOptions {
    return {
      store: this.town.store,
      lander: this.gt,
      sources: [this.feed],
      random: () => 0.999,
      sweepEvery: 30_000,
      grace: 5_000,
      steps: ["check", "close", "force"],
      dryRun: false,
      rival: async () => (this.rival === undefined ? undefined : { name: this.rival, checking: this.checking }),
      ...this.options,
      clock: this.clock,
      report: (record) => this.records.push(record),
      stop: this.stop.signal,
      kill: this.kill.signal,
    };
  }

  /** Starts the watcher and lets it come to rest; a watcher that fails makes `ended` reject. */
  async watch(): Promise<{ readonly ended: Promise<void> }> {
    const ended = watch(this.all());
    ended.catch(() => undefined);
    onTestFinished(async () => {
      this.stop.abort();
      this.kill.abort();
      await this.clock.settle();
    });
    await this.clock.settle();
    return { ended };
  }

  /** Runs a check to its end, however much time it takes. */
  async check(...only: string[]): Promise<CheckResult> {
    const result = check(this.all(), only);
    const over = new AbortController();
    result.catch(() => undefined).finally(() => over.abort());
    await this.clock.settle();
    while (!over.signal.aborted && this.clock.untilNext !== undefined) await this.clock.advance(this.clock.untilNext);
    return result;
  }

  /** The records of a kind, without that kind. */
  of<E extends WatchRecord["event"]>(event: E): Extract<WatchRecord, { event: E }>[] {
    return this.records.filter((record): record is Extract<WatchRecord, { event: E }> => record.event === event);
  }
}
