import { SETTLE } from "../src/pursue.ts";
import type { Life } from "./command.ts";
import type { Supervisor } from "./supervisor.ts";
import type { World } from "./world.ts";

export const SWEEP = 30_000;
/** How often it is looked. */
const LOOK = 250;
/** How soon a hint leads to a landing, and a request to a sweep. */
export const PROMPT = 1_500;
/** The clock is looked at every five seconds. */
const TICK = 5_000;
/** After a failure: the longest wait until the next try. */
const BACKOFF = 1_000;
const LONGEST_BACKOFF = 300_000;
/** More closes than that in a while, and a convoy is left alone for longer. */
const FLIPS = 3;

interface Wait {
  readonly key: string;
  /** The watcher that is to land it. */
  readonly lander: number;
  /** Since when nothing has disturbed it. */
  from: number;
  /** How long nothing was done about it since. */
  idle: number;
  /** When something else than gt was last out of order. */
  disturbedAt: number;
  /** At the last look. */
  wasDisturbed: boolean;
  /** How many commands had left it open before. */
  readonly failures: number;
}

/** Each complete convoy has to be landed within its time: a second when a source told of it, a sweep otherwise. */
export class Deadlines {
  readonly #world: World;
  readonly #supervisor: Supervisor;
  readonly #waits = new Map<string, Wait>();

  constructor(world: World, supervisor: Supervisor) {
    this.#world = world;
    this.#supervisor = supervisor;
  }

  async run(): Promise<void> {
    for (; !this.#world.over; await this.#world.clock.sleep(LOOK))
      for (const convoy of this.#world.town.convoys) this.#look(convoy);
  }

  #look(convoy: string): void {
    const { clock, gt, oracle, town } = this.#world;
    const life = this.#supervisor.watcher;
    if (life === undefined || !town.isComplete(convoy)) return void this.#waits.delete(convoy);
    const key = this.#keyOf(convoy, life);
    let wait = this.#waits.get(convoy);
    if (wait?.key !== key) {
      // Without a change of the town itself it is another lander.
      const changedAt = Math.max(town.changedAt, town.mendedAt);
      const from = changedAt > clock.now() - LOOK ? changedAt : clock.now() + 1;
      // What changed while a command ran is part of what is read after it: no reason to begin anew. One may have failed before the first look.
      const goesOn = this.#isAtWork(convoy) && (wait === undefined || wait.lander === life.number);
      const failures = goesOn ? (wait?.failures ?? 0) : oracle.failures(convoy);
      wait = { key, lander: life.number, from, idle: 0, disturbedAt: from, wasDisturbed: false, failures };
      this.#waits.set(convoy, wait);
    }
    const isDisturbed = this.#isDisturbed(convoy, life);
    if (isDisturbed) wait.disturbedAt = clock.now() + 1;
    // What was heard before the end of a disturbance may not have been followed.
    else if (wait.wasDisturbed) wait.from = clock.now();
    wait.wasDisturbed = isDisturbed;
    if (isDisturbed || gt.health !== "ok") {
      wait.from = clock.now() + 1;
      wait.idle = 0;
      return;
    }
    if (oracle.running.length === 0) wait.idle += LOOK;
    const hint = this.#hintOf(convoy, life, wait);
    const limit = (hint ?? SWEEP + PROMPT + this.#backoff(convoy, wait)) + this.#more(wait);
    if (wait.idle > limit)
      oracle.fail(
        hint === undefined ? "liveness" : "promptness",
        `${convoy} is complete, and was left open for ${wait.idle} ms`,
      );
  }

  #isAtWork(convoy: string): boolean {
    const { clock, oracle } = this.#world;
    return (
      oracle.running.some((command) => command.convoy === convoy) || oracle.failedAt(convoy) > clock.now() - 2 * LOOK
    );
  }

  /** What makes it another convoy to whoever lands it, or another lander. */
  #keyOf(convoy: string, life: Life): string {
    const { gt, town } = this.#world;
    const references = town.edges.get(convoy) ?? [];
    const tracked = references.map((reference) => town.row(reference.split(":").at(-1) ?? "")?.since);
    const { status, updatedAt } = town.row(convoy) ?? {};
    return JSON.stringify([life.number, gt.identity, references, tracked, status, updatedAt, town.epochs.get(convoy)]);
  }

  /** While something else than gt is out of order nothing is expected. */
  #isDisturbed(convoy: string, life: Life & { readonly stoppedAt: number | undefined }): boolean {
    const { oracle, rival, town } = this.#world;
    return (
      !life.watching ||
      life.stoppedAt !== undefined ||
      rival.how === "acts" ||
      Object.values(town.rigs).some(({ fault }) => fault !== undefined) ||
      oracle.running.some((command) => command.convoy === convoy) ||
      (town.epochs.get(convoy) ?? 0) > FLIPS
    );
  }

  /** How soon it is to be landed because somebody told of it; undefined when nobody has. */
  #hintOf(convoy: string, life: Life, wait: Wait): number | undefined {
    const { from } = wait;
    const { oracle, town } = this.#world;
    const issues = (town.edges.get(convoy) ?? []).map((reference) => ({
      since: Math.max(from, town.trackedSince(convoy, reference)),
      heard: life.heard.get(reference.split(":").at(-1) ?? ""),
    }));
    const heard = issues.flatMap(({ since, heard: events }) =>
      [...(events?.values() ?? [])].filter((at) => at >= since),
    );
    const backoff = this.#backoff(convoy, wait);
    const failedAt = oracle.failedAt(convoy);
    const due = [
      // A failure is a hint of its own.
      ...(backoff > 0 && failedAt >= wait.disturbedAt ? [Math.max(from, failedAt + backoff) + PROMPT] : []),
      ...heard.map((at) => at + PROMPT + backoff),
      ...[life.toldToSweep].filter((at) => at >= from).map((at) => at + 2 * PROMPT + backoff),
      ...[oracle.jumpedAt].filter((at) => at >= from).map((at) => at + TICK + 2 * PROMPT + backoff),
    ];
    return due.length === 0 ? undefined : Math.min(...due) - from;
  }

  /** The longest wait after the failures so far. */
  #backoff(convoy: string, wait: Wait): number {
    const failures = this.#world.oracle.failures(convoy) - wait.failures;
    return failures <= 0 ? 0 : Math.min(LONGEST_BACKOFF, BACKOFF * 2 ** (failures - 1)) + PROMPT;
  }

  /** What else may take its time: settling, a rival's grace, reads. */
  #more({ from }: Wait): number {
    const { delay, oracle, rival } = this.#world;
    // A grace begins anew once it is seen that the clock was set.
    const anew = oracle.jumpedAt >= from ? oracle.jumpedAt + TICK - from : 0;
    return SETTLE + LOOK + 100 * delay + (rival.mayBeWaitedFor ? rival.grace + PROMPT + anew : 0);
  }
}
