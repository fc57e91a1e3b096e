import { type ConvoyStore, printable } from "@gastown/convoy-core";
import { leftOutOf, systemClock } from "@gastown/convoy-watcher";
import { RigNotFoundError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput } from "../output.ts";
import { safeJson } from "../reporters/safe-json.ts";
import { convoyView } from "../views/convoy-view.ts";
import { leftOutLines } from "../views/left-out-text.ts";
import { listLines } from "../views/list-text.ts";
import { byUrgency } from "../views/order.ts";
import type { ConvoyView } from "../views/views.ts";
import { stuckOf } from "../views/watcher-view.ts";
import { type ReadTown, readConvoys, readTown } from "./read-town.ts";

export interface ListOptions extends CommonOptions {
  readonly all?: true;
  readonly stuck?: true;
  readonly waitingOn?: string;
}

/** Convoys with their progress. */
export async function listCommand(options: ListOptions): Promise<number> {
  const output = createOutput(options.color);
  const { town, convoys } = await readTown(options, async (read) => ({
    town: read.town,
    convoys: await listed(read, options),
  }));
  const leftOut = leftOutOf(town);
  if (options.json) output.out(safeJson({ town, convoys, ...(leftOut.length > 0 && { leftOut }) }, 2));
  else if (options.quiet) for (const { convoy } of convoys) output.out(printable(convoy));
  else if (convoys.length > 0) for (const line of listLines(convoys, output, systemClock.wall())) output.out(line);
  else output.err(nothing(options));
  for (const line of leftOutLines(leftOut)) output.err(line);
  return leftOut.length > 0 ? EXIT.findings : EXIT.done;
}

async function listed(
  { store, files, found }: ReadTown,
  { all, stuck, waitingOn }: ListOptions,
): Promise<ConvoyView[]> {
  if (waitingOn !== undefined) {
    const rigs = new Set(files.places().map((place) => place.rig));
    if (!rigs.has(waitingOn)) throw new RigNotFoundError(waitingOn, [...rigs]);
  }
  const known = stuckOf(found);
  const views = (await readConvoys(store, await ids(store, all === true))).map((convoy) => convoyView(convoy, known));
  return views
    .filter((view) => all === true || view.verdict !== "closed")
    .filter((view) => stuck !== true || view.stuck !== null || view.verdict === "complete")
    .filter((view) => waitingOn === undefined || view.blockers.some((issue) => issue.rig === waitingOn))
    .map((view) => (waitingOn === undefined ? view : { ...view, blockers: firstOf(waitingOn, view.blockers) }))
    .sort(byUrgency);
}

/** Those of this rig first: they are what was asked for. */
function firstOf(rig: string, blockers: ConvoyView["blockers"]): ConvoyView["blockers"] {
  return blockers.toSorted((one, other) => Number(other.rig === rig) - Number(one.rig === rig));
}

async function ids(store: ConvoyStore, all: boolean): Promise<readonly string[]> {
  const open = await store.openConvoys();
  return all ? [...open, ...((await store.closedConvoys?.()) ?? [])] : open;
}

function nothing({ all, stuck, waitingOn }: ListOptions): string {
  if (stuck) return "no convoy is stuck, and none is complete and still open";
  if (waitingOn !== undefined) return `no convoy waits on ${waitingOn}`;
  return all ? "there are no convoys" : "no convoy is open; `convoy-cli list --all` shows the closed ones";
}
