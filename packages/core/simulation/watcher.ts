import type { CommandResult, ConvoyLander, ConvoyStore } from "../src/index.ts";
import type { Command, Life } from "./command.ts";
import type { Core } from "./core.ts";
import type { World } from "./world.ts";

/** One life of a watcher. Once it is dead, nothing that it waits for ever comes. */
export class Watcher implements Life {
  readonly number: number;
  readonly heard: Map<string, Map<string, number>> = new Map<string, Map<string, number>>();
  readonly asked: Set<string> = new Set<string>();
  /** When a source last told it to look at everything. */
  toldToSweep: number = Number.NEGATIVE_INFINITY;
  /** Its first sweep is done. */
  watching = false;
  /** Convoys whose commands it has taken up from the watcher before. */
  readonly takenUp: Set<string> = new Set<string>();
  readonly stop: AbortController = new AbortController();
  readonly kill: AbortController = new AbortController();
  stoppedAt: number | undefined;
  /** No command ran when it was to stop. */
  wasIdle = false;
  /** It was killed. */
  dead = false;
  /** It has ended by itself. */
  over = false;
  /** How many of its timers run. */
  sleeps = 0;
  readonly #world: World;
  readonly #commands = new Set<Command>();

  constructor(number: number, world: World) {
    this.number = number;
    this.#world = world;
  }

  /** As by `kill -9`: nothing of it goes on, but for the command it had begun, perhaps. */
  crash(orphan: "lost" | "lives"): void {
    this.dead = true;
    if (orphan === "lives") return;
    for (const command of this.#commands) {
      command.lost = true;
      command.over();
    }
  }

  store(core: Core): ConvoyStore {
    const store = core.createTownStore(this.#world.databases.open((ms) => this.sleep(ms)));
    const questions = Object.entries(store) as [string, (...asked: unknown[]) => Promise<unknown>][];
    return Object.fromEntries(
      questions.map(([name, ask]) => [name, (...asked: unknown[]) => this.whileAlive(ask(...asked))]),
    ) as unknown as ConvoyStore;
  }

  lander(): ConvoyLander {
    const { clock, gt, oracle } = this.#world;
    return {
      command: (step, convoy) => `gt convoy ${step} ${convoy}`,
      identity: () => gt.identity,
      knows: async () => gt.knowledge,
      run: async (step, convoy, signals) => {
        if (this.dead) return never();
        const started = clock.now();
        const world = this.#world.sight;
        const done = Promise.withResolvers<void>();
        const command: Command = {
          life: this,
          step,
          convoy,
          started,
          world,
          asked: false,
          all: gt.looksAtAll(step),
          events: new Set(),
          epochs: new Map(),
          lost: false,
          tells: gt.knowledge.stamps,
          done: done.promise,
          runs: true,
          startedWall: clock.wall(),
          over: () => {
            command.runs = false;
            done.resolve();
          },
        };
        oracle.started(command, this.#world.rival, this.stop.signal.aborted);
        this.#commands.add(command);
        this.#world.open.add(command);
        const result = await gt.run(command, signals);
        this.#commands.delete(command);
        if (!this.dead) {
          if (result.ended !== "left") this.#world.open.delete(command);
          oracle.ended(command, result);
        }
        this.#world.say(() => `${this.number}: ${step} ${convoy}: ${JSON.stringify(result)}`);
        return this.whileAlive<CommandResult>(Promise.resolve(result));
      },
    };
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    this.sleeps += 1;
    await this.#world.clock.sleep(ms, signal);
    this.sleeps -= 1;
    if (this.dead) return never();
  }

  async whileAlive<T>(value: Promise<T>): Promise<T> {
    try {
      const settled = await value;
      return this.dead ? await never() : settled;
    } catch (error) {
      if (this.dead) return never();
      throw error;
    }
  }
}

function never<T>(): Promise<T> {
  return new Promise(() => undefined);
}
