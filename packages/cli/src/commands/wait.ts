import type { ConvoySnapshot } from "@gastown/convoy-core";
import { findWatcher, systemClock } from "@gastown/convoy-watcher";
import { driverOf, type FollowedTown, whileFollowing } from "@gastown/convoy-watcher/host";
import { EXIT, ConvoyNotFoundError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, type Output, safeJson } from "../output.ts";
import { readConvoys, townOf } from "../town.ts";
import { convoyView } from "../views/convoy-view.ts";
import { stuckOf } from "../views/watcher-view.ts";
import {
  createToldReader,
  isOver,
  isSuccess,
  type Outcome,
  outcomeOf,
  outcomeText,
  waitingText,
} from "../wait/outcome.ts";

export interface WaitOptions extends CommonOptions {
  readonly any?: true;
  readonly told?: true;
  /** Milliseconds; for ever by default. */
  readonly timeout?: number;
}

/** How often it looks without a reason: a program may write without a row in `events`, or where nothing tells of changes. */
const LOOK = 5_000;
/** The same while a watcher may give a convoy up, or people are still being told: of that no database tells at once. */
const LOOK_SOON = 1_000;

/** Waits until convoys have landed. Only reads. */
export async function waitCommand(ids: readonly string[], options: WaitOptions): Promise<number> {
  const output = createOutput(options.color);
  const town = townOf(options);
  const wanted = [...new Set(ids)];
  return whileFollowing(town, { driver: driverOf(town, options.driver) }, (followed) =>
    waitFor(town, wanted, followed, options, output),
  );
}

async function waitFor(
  town: string,
  ids: readonly string[],
  { store, changed }: FollowedTown,
  options: WaitOptions,
  output: Output,
): Promise<number> {
  const until = options.timeout === undefined ? Number.POSITIVE_INFINITY : systemClock.now() + options.timeout;
  const any = options.any === true;
  const toldOf = options.told ? createToldReader(town, store) : undefined;
  const outcomes = new Map<string, Outcome>();
  for (let first = true; ; first = false) {
    const convoys = new Map((await readConvoys(store, ids)).map((convoy) => [convoy.id, convoy]));
    const missing = ids.filter((id) => !convoys.has(id));
    if (missing.length > 0) throw new ConvoyNotFoundError(missing, EXIT.usage);
    const found = findWatcher(town);
    const stuck = stuckOf(found);
    for (const convoy of convoys.values()) {
      if (outcomes.has(convoy.id)) continue;
      const told = convoy.open ? undefined : await toldOf?.(convoy, found.state === "running");
      const outcome = outcomeOf(convoy, Object.hasOwn(stuck, convoy.id) ? stuck[convoy.id]?.output : undefined, told);
      if (outcome !== undefined) outcomes.set(convoy.id, outcome);
      tell(convoy, outcome, first, options, output);
    }
    const all = ids.map((id) => outcomes.get(id));
    if (isOver(all, any)) return isSuccess(all, any) ? EXIT.done : EXIT.failure;
    const left = until - systemClock.now();
    if (left <= 0) {
      const open = ids.filter((id) => !outcomes.has(id));
      if (options.json) output.out(safeJson({ time: new Date().toISOString(), event: "timeout", convoys: open }));
      else if (!options.quiet) output.err(`timed out; still waiting for ${open.join(", ")}`);
      return EXIT.timedOut;
    }
    const soon = found.state === "running" || toldOf !== undefined;
    await changed(Math.min(left, soon ? LOOK_SOON : LOOK));
  }
}

function tell(
  convoy: ConvoySnapshot,
  outcome: Outcome | undefined,
  first: boolean,
  options: WaitOptions,
  output: Output,
): void {
  if (outcome !== undefined && options.json) {
    const { id, title } = convoy;
    output.out(safeJson({ time: new Date().toISOString(), ...outcome, convoy: id, title }));
  } else if (outcome !== undefined && !options.quiet) output.out(outcomeText(convoy, outcome));
  else if (first && outcome === undefined && !options.json && !options.quiet)
    output.out(waitingText(convoyView(convoy, {}), systemClock.wall()));
}
