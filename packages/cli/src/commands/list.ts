import { type ConvoyStore, printable } from "@gastown/convoy-core";
import { leftOutOf, systemClock } from "@gastown/convoy-watcher";
import { EXIT, RigNotFoundError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, safeJson } from "../output.ts";
import { readConvoys, type ReadTown, readTown } from "../town.ts";
import { byUrgency, convoyView } from "../views/convoy-view.ts";
import { leftOutLines } from "../views/layout.ts";
import { listLines, tableLines } from "../views/list-text.ts";
import type { ConvoyView } from "../views/views.ts";
import { stuckOf } from "../views/watcher-view.ts";

export interface ListOptions extends CommonOptions {
  readonly all?: true;
  readonly stuck?: true;
  readonly waitingOn?: string;
  readonly rig?: string;
  /** Milliseconds. */
  readonly stale?: number;
  readonly unassigned?: true;
  readonly limit?: number;
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
  else if (convoys.length === 0) output.err(nothing(options));
  else if (output.columns() === undefined) for (const line of tableLines(convoys, systemClock.wall())) output.out(line);
  else for (const line of listLines(convoys, output, systemClock.wall())) output.out(line);
  for (const line of leftOutLines(leftOut)) output.err(line);
  return leftOut.length > 0 ? EXIT.findings : EXIT.done;
}

async function listed(
  { store, files, found }: ReadTown,
  { all, stuck, waitingOn, rig, stale, unassigned, limit }: ListOptions,
): Promise<ConvoyView[]> {
  const rigs = new Set(files.places().map((place) => place.rig));
  for (const named of [waitingOn, rig])
    if (named !== undefined && !rigs.has(named)) throw new RigNotFoundError(named, [...rigs]);
  const now = systemClock.wall();
  const known = stuckOf(found);
  const convoys = await readConvoys(store, await ids(store, all === true));
  const views = convoys
    .filter(({ tracked }) => rig === undefined || tracked.some((issue) => issue.rig === rig))
    .map((convoy) => convoyView(convoy, known));
  return views
    .filter((view) => all === true || view.verdict !== "closed")
    .filter((view) => stuck !== true || view.stuck !== null || view.verdict === "complete")
    .filter((view) => waitingOn === undefined || view.blockers.some((issue) => issue.rig === waitingOn))
    .map((view) => (waitingOn === undefined ? view : { ...view, blockers: firstOf(waitingOn, view.blockers) }))
    .filter((view) => stale === undefined || isStale(view, now - stale))
    .filter((view) => unassigned !== true || view.blockers.some(isUnassigned))
    .sort(byUrgency)
    .slice(0, limit);
}

/** It waits, and nothing of what it waits on has moved since then. */
function isStale({ verdict, blockers, createdAt }: ConvoyView, since: number): boolean {
  if (verdict !== "waiting") return false;
  const moved = [createdAt, ...blockers.map((issue) => issue.since)].filter((time) => time !== null);
  return moved.length > 0 && moved.every((time) => Date.parse(time) < since);
}

function isUnassigned({ state, assignee }: ConvoyView["blockers"][number]): boolean {
  return state === "open" && (assignee === null || assignee === "");
}

/** Those of this rig first: they are what was asked for. */
function firstOf(rig: string, blockers: ConvoyView["blockers"]): ConvoyView["blockers"] {
  return blockers.toSorted((one, other) => Number(other.rig === rig) - Number(one.rig === rig));
}

async function ids(store: ConvoyStore, all: boolean): Promise<readonly string[]> {
  const open = await store.openConvoys();
  return all ? [...open, ...((await store.closedConvoys?.()) ?? [])] : open;
}

function nothing({ all, stuck, waitingOn, rig, stale, unassigned }: ListOptions): string {
  if (stale !== undefined) return "no convoy has waited that long without a change";
  if (unassigned) return "no convoy waits on an issue that nobody has";
  if (rig !== undefined) return `no convoy tracks an issue of ${rig}`;
  if (stuck) return "no convoy is stuck, and none is complete and still open";
  if (waitingOn !== undefined) return `no convoy waits on ${waitingOn}`;
  return all ? "there are no convoys" : "no convoy is open; `convoy-cli list --all` shows the closed ones";
}
