import type { Clock, CommandResult, GtKnowledge, LandSignals } from "../src/index.ts";
import type { Command } from "./command.ts";
import type { GtHealth, GtKind } from "./history.ts";
import type { Oracle } from "./oracle.ts";
import { NOTIFY, type Town } from "./town.ts";

const LONG = 86_400_000;
/** The `gt` of the seed looks at no more convoys than that: 50 in truth. */
const SEED_LIMIT = 3;
/** The middle of a `gt` of July 2026, between the close and the end: each takes so long, in milliseconds. */
const EXPORT = 50;
const MAIL = 100;
/** Written to by a `gt` of July, whoever waits. */
const MAYOR = "mayor/";

interface Plan {
  readonly close: readonly string[];
  readonly result: CommandResult;
}

const exit = (exitCode: number, output: string): CommandResult => ({ ended: "exit", exitCode, output });
const killed: CommandResult = { ended: "signal", output: "" };

/** A `gt` in its four generations, healthy or not. It looks halfway through its time, and closes at the end of it. */
export class Gt {
  kind: GtKind;
  health: GtHealth = "ok";
  /** How many things it still does after a close before it dies, when that is its way. */
  diesAfter = 0;
  pace = 120;
  /** How long a `gt` of July nudges those whom it has told. */
  nudges: number;
  version = 1;
  /** Ends the commands that hang. */
  readonly heal: AbortController = new AbortController();
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #oracle: Oracle;

  constructor(clock: Clock, town: Town, oracle: Oracle, kind: GtKind, nudges: number) {
    this.#clock = clock;
    this.#town = town;
    this.#oracle = oracle;
    this.kind = kind;
    this.nudges = nudges;
  }

  get identity(): string {
    return `${this.kind} ${this.version}`;
  }

  get knowledge(): GtKnowledge {
    return { checkTakesId: this.kind !== "seed", stamps: this.kind === "july" };
  }

  looksAtAll(step: Command["step"]): boolean {
    return this.kind === "seed" && step === "check";
  }

  /** Runs a command to its end. Whoever leaves it does not see that. */
  async run(command: Command, { kill, leave }: LandSignals): Promise<CommandResult> {
    const over = this.#work(command, kill).then((result) =>
      kill.aborted ? ({ ended: kill.reason === "timeout" ? "timeout" : "signal", output: "" } as const) : result,
    );
    void over.then(() => command.over());
    return Promise.race([over, aborted(leave).then(() => ({ ended: "left", output: "" }) as const)]);
  }

  async #work(command: Command, kill: AbortSignal): Promise<CommandResult> {
    const { health, kind, pace } = this;
    const isDead = (): boolean => command.lost || kill.aborted;
    if (health === "missing") return { ended: "not-found", output: "gt: not found" };
    if (health === "hangs") {
      await this.#clock.sleep(LONG, AbortSignal.any([this.heal.signal, kill]));
      return { ended: "signal", output: "ended by somebody" };
    }
    await this.#clock.sleep(Math.ceil(pace / 2), kill);
    const plan = this.#plan(command, kind);
    await this.#clock.sleep(Math.floor(pace / 2), kill);
    if (isDead()) return killed;
    if (health === "fails") return exit(1, "database is locked");
    if (health === "lies") return exit(0, "✓ Auto-closed 1 convoy(s):");
    if (health === "touches") {
      this.#town.touch(command.convoy);
      return exit(0, "noted");
    }
    let result = plan.result;
    for (const convoy of plan.close) {
      this.#oracle.testimony.closed(command, convoy);
      this.#town.put(convoy, "closed", true);
    }
    if (kind === "july") {
      const row = this.#town.row(command.convoy);
      if (row?.status === "closed") result = await this.#tell(command, isDead, kill, result);
      return result;
    }
    if (health === "dies") return killed;
    for (const convoy of plan.close) for (const to of NOTIFY) this.#mail(command, convoy, to);
    return result;
  }

  /** What a `gt` of July does once a convoy is closed: export, mails, nudges, stamp. */
  async #tell(
    command: Command,
    isDead: () => boolean,
    kill: AbortSignal,
    result: CommandResult,
  ): Promise<CommandResult> {
    const { health, diesAfter, nudges } = this;
    const { convoy } = command;
    let done = 0;
    /** Whether it lives to do the next thing. */
    const lives = async (ms: number): Promise<boolean> => {
      await this.#clock.sleep(ms, kill);
      return !isDead() && (health !== "dies" || (done += 1) <= diesAfter);
    };
    if (!(await lives(EXPORT))) return killed;
    if (health === "export") return exit(1, "Error: closing convoy: exit status 1");
    if (this.#town.row(convoy)?.toldAt !== undefined) return result;
    for (const to of [...NOTIFY, MAYOR]) {
      if (!(await lives(MAIL))) return killed;
      if (health === "mail" && to === NOTIFY[0]) continue;
      this.#mail(command, convoy, to);
    }
    if (!(await lives(nudges))) return killed;
    if (health !== "stamp") this.#town.stamp(convoy, true);
    return health === "mail" ? exit(0, `⚠ Warning: could not notify ${NOTIFY[0]}: exit status 1`) : result;
  }

  #mail(command: Command, convoy: string, to: string): void {
    this.#oracle.testimony.mailed(command, convoy, to);
    this.#town.mail(convoy, to);
  }

  #plan({ step, convoy }: Command, kind: GtKind): Plan {
    const town = this.#town;
    if (town.rigOf("hq-")?.fault !== undefined)
      return { close: [], result: exit(1, "Error: listing convoys: database is locked") };
    if (step === "check") {
      const looked =
        kind === "seed" ? town.convoys.filter((id) => town.isOpenConvoy(id)).slice(0, SEED_LIMIT) : [convoy];
      const close = looked.filter((id) => town.isOpenConvoy(id) && this.#seesComplete(id, kind));
      return { close, result: exit(0, close.length > 0 ? "✓ Auto-closed" : "No convoys ready to close.") };
    }
    if (!town.isOpenConvoy(convoy)) return { close: [], result: exit(0, `${convoy} is already closed`) };
    if (step === "force" && kind === "seed") return { close: [], result: exit(1, "Error: unknown flag: --force") };
    const may = step === "force" || kind === "seed" || this.#seesComplete(convoy, kind);
    return may
      ? { close: [convoy], result: exit(0, "closed") }
      : { close: [], result: exit(1, "Error: it has open issues\n  Use --force to close anyway.") };
  }

  /** What `bd show` hides (tombstones), and what a blind gt can't reach, counts as open. */
  #seesComplete(convoy: string, kind: GtKind): boolean {
    const references = this.#town.edges.get(convoy) ?? [];
    return (
      references.length > 0 &&
      references.every((reference) => {
        const id = reference.split(":").at(-1) ?? "";
        if (kind === "blind" && !id.startsWith("hq-")) return false;
        return this.#town.truthOf(reference) === "done" && this.#town.row(id)?.status === "closed";
      })
    );
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
