import type { Clock, CommandResult, GtKnowledge, LandSignals } from "../src/index.ts";
import type { GtHealth, GtKind } from "./history.ts";
import type { Command, Oracle } from "./oracle.ts";
import type { Town } from "./town.ts";

const LONG = 86_400_000;
/** The `gt` of the seed looks at no more convoys than that: 50 in truth. */
const SEED_LIMIT = 3;

interface Plan {
  readonly close: readonly string[];
  readonly result: CommandResult;
}

const exit = (exitCode: number, output: string): CommandResult => ({ ended: "exit", exitCode, output });

/** A `gt` in its three generations, healthy or not. It looks halfway through its time, and acts at the end of it. */
export class Gt {
  kind: GtKind;
  health: GtHealth = "ok";
  pace = 120;
  version = 1;
  /** Ends the commands that hang. */
  readonly heal: AbortController = new AbortController();
  readonly #clock: Clock;
  readonly #town: Town;
  readonly #oracle: Oracle;

  constructor(clock: Clock, town: Town, oracle: Oracle, kind: GtKind) {
    this.#clock = clock;
    this.#town = town;
    this.#oracle = oracle;
    this.kind = kind;
  }

  get identity(): string {
    return `${this.kind} ${this.version}`;
  }

  get knowledge(): GtKnowledge {
    return { checkTakesId: this.kind !== "seed", stamps: false };
  }

  looksAtAll(step: Command["step"]): boolean {
    return this.kind === "seed" && step === "check";
  }

  async run(command: Command, { kill, leave }: LandSignals): Promise<CommandResult> {
    const { health, kind, pace } = this;
    if (health === "missing") return { ended: "not-found", output: "gt: not found" };
    if (health === "hangs") {
      await this.#clock.sleep(LONG, AbortSignal.any([this.heal.signal, kill, leave]));
      if (kill.aborted) return { ended: "timeout", output: "no answer within 60 s" };
      return leave.aborted ? { ended: "left", output: "" } : { ended: "signal", output: "ended by somebody" };
    }
    await this.#clock.sleep(Math.ceil(pace / 2));
    const plan = this.#plan(command, kind);
    await this.#clock.sleep(Math.floor(pace / 2));
    if (command.lost) return { ended: "signal", output: "" };
    if (health === "fails") return exit(1, "database is locked");
    if (health === "lies") return exit(0, "✓ Auto-closed 1 convoy(s):");
    if (health === "touches") {
      this.#town.touch(command.convoy);
      return exit(0, "noted");
    }
    for (const convoy of plan.close) {
      this.#oracle.closed(command, convoy);
      this.#town.put(convoy, "closed", true);
    }
    return health === "dies" ? { ended: "signal", output: "" } : plan.result;
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
