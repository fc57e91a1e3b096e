import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { buildTown } from "@gastown/test-fixtures";
import { landings } from "../support/landings.ts";
import { numbers } from "../support/numbers.ts";
import { openStage } from "../support/open-stage.ts";
import { createAgents } from "./agents.ts";
import { createFaults } from "./faults.ts";
import { convoys, findViolations } from "./verify.ts";
import { startWatchers } from "./watchers.ts";

export interface SoakOptions {
  /** How long agents work and things go wrong, in milliseconds. The settling afterwards comes on top. */
  readonly ms: number;
  /** The same seed chooses the same agents and faults; when they meet, the machine decides. */
  readonly seed: number;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly convoys: number;
  readonly landed: number;
  readonly watchers: number;
  readonly bds: number;
  readonly gts: number;
  /** Everything that was not as it has to be; empty when all is well. */
  readonly violations: readonly string[];
}

/** From this share of the time on the watcher itself is left alive, so that its memory can be watched. */
const CALM = 0.6;
/** So long without any progress, and there will be none, in milliseconds. */
const STALLED_AFTER = 60_000;
const MORE_FILES = 6;
const MORE_MEMORY = 40;
/** A heap that must be kept clean: a leak ends the process instead of passing for laziness of the collector. */
const SMALL_HEAP = "--max-old-space-size=48 --max-semi-space-size=2";

/** A town with agents in it, and a watcher around which everything breaks; then peace, and what must hold then. */
export async function soak({ ms, seed, say }: SoakOptions): Promise<SoakReport> {
  const stage = openStage("town");
  try {
    const random = numbers(seed);
    const town = buildTown(join(stage.root, "town"), { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } });
    town.startDaemons();
    const agents = createAgents(town, random);
    const faults = createFaults(stage.control, random);
    faults.heal();
    const watchers = startWatchers(stage, ["--sweep", "2s"], { ...stage.env, NODE_OPTIONS: SMALL_HEAP });
    const started = performance.now();
    const share = (): number => (performance.now() - started) / ms;
    let calm: ReturnType<typeof watchers.measure>;
    let told = 0;
    while (share() < 1) {
      agents.act();
      if (random() < 0.06) faults.strike();
      if (share() < CALM && random() < 0.02) await watchers.replace(random);
      if (share() >= CALM && calm === undefined) {
        await watchers.watching();
        calm = watchers.measure();
      }
      await sleep(random() * 60);
      if (performance.now() - started > (told + 1) * 10_000)
        say(
          `${(told += 1) * 10} s: ${agents.convoys.length} convoys, ${watchers.lives} watchers, ${describe(watchers.measure())}`,
        );
    }
    faults.heal();
    say(`peace: ${convoys(town, agents).length} of ${agents.convoys.length} convoys are not yet as they will be`);
    await settle(() => convoys(town, agents).length);
    const end = watchers.measure();
    await watchers.end();
    const { control } = stage;
    return {
      convoys: agents.convoys.length,
      landed: agents.convoys.filter(({ id }) => town.status(id) === "closed").length,
      watchers: watchers.lives,
      bds: control.calls("bd").length,
      gts: landings(control).length,
      violations: [...watchers.faults, ...findViolations(stage, town, agents, faults), ...grown(calm, end)],
    };
  } finally {
    await stage.close();
  }
}

/** Waits for as long as ever less is left to do. */
async function settle(left: () => number): Promise<void> {
  let least = Number.POSITIVE_INFINITY;
  for (let since = performance.now(); performance.now() - since < STALLED_AFTER; await sleep(200)) {
    const now = left();
    if (now === 0) return;
    if (now < least) [least, since] = [now, performance.now()];
  }
}

type Held = { readonly files: number; readonly memory: number } | undefined;

function describe(held: Held): string {
  return held === undefined ? "" : `${held.files} open files, ${held.memory.toFixed()} MiB`;
}

function grown(before: Held, after: Held): string[] {
  if (before === undefined || after === undefined) return [];
  const files =
    after.files > before.files + MORE_FILES ? [`open files grew from ${before.files} to ${after.files}`] : [];
  const memory =
    after.memory > before.memory + MORE_MEMORY
      ? [`memory grew from ${before.memory.toFixed()} to ${after.memory.toFixed()} MiB`]
      : [];
  return [...files, ...memory];
}
