import { printable } from "@gastown/convoy-core";
import { type IssueView, type LeftOut, leftOutOf, systemClock } from "@gastown/convoy-watcher";
import { EXIT, RigNotFoundError } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, type Output, safeJson } from "../output.ts";
import { readConvoys, type ReadTown, readTown } from "../town.ts";
import { listLines, stateInShort } from "../views/convoy-text.ts";
import { byUrgency, type ConvoyView, convoyView } from "../views/convoy.ts";
import { stuckOf } from "../views/watcher.ts";

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
  else if (convoys.length === 0 && !options.quiet) output.err(nothing(options));
  else for (const line of lines(convoys, options, output)) output.out(line);
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
  const open = await store.openConvoys();
  const closed = all ? await store.closedConvoys?.() : undefined;
  const convoys = await readConvoys(store, [...open, ...(closed ?? [])]);
  return convoys
    .filter(({ tracked }) => rig === undefined || tracked.some((issue) => issue.rig === rig))
    .map((convoy) => convoyView(convoy, known))
    .filter((view) => all === true || view.verdict !== "closed")
    .filter((view) => stuck === undefined || view.stuck !== null || view.verdict === "complete")
    .filter((view) => waitingOn === undefined || view.blockers.some((issue) => issue.rig === waitingOn))
    .map((view) => (waitingOn === undefined ? view : { ...view, blockers: firstOf(waitingOn, view.blockers) }))
    .filter((view) => stale === undefined || isStale(view, now - stale))
    .filter((view) => unassigned === undefined || view.blockers.some(isUnassigned))
    .sort(byUrgency)
    .slice(0, limit);
}

/** It waits, and nothing of what it waits on has moved since then. */
function isStale({ verdict, blockers, createdAt }: ConvoyView, since: number): boolean {
  if (verdict !== "waiting") return false;
  const moved = [createdAt, ...blockers.map((issue) => issue.since)].filter((time) => time !== null);
  return moved.length > 0 && moved.every((time) => Date.parse(time) < since);
}

function isUnassigned({ state, assignee }: IssueView): boolean {
  return state === "open" && (assignee === null || assignee === "");
}

/** Those of this rig first: they are what was asked for. */
function firstOf(rig: string, blockers: readonly IssueView[]): readonly IssueView[] {
  return blockers.toSorted((one, other) => Number(other.rig === rig) - Number(one.rig === rig));
}

function lines(convoys: readonly ConvoyView[], { quiet }: ListOptions, output: Output): readonly string[] {
  if (quiet) return convoys.map(({ convoy }) => printable(convoy));
  const now = systemClock.wall();
  return output.columns() === undefined ? tableLines(convoys, now) : listLines(convoys, output, now);
}

/** A line for each convoy, with tabs between its fields and nothing cut: id, verdict, done, total, title, state in words. */
function tableLines(convoys: readonly ConvoyView[], now: number): string[] {
  return convoys.map((convoy) =>
    [
      printable(convoy.convoy),
      convoy.stuck === null ? convoy.verdict : "stuck",
      convoy.done,
      convoy.total,
      printable(convoy.title, 10_000),
      stateInShort(convoy, now),
    ].join("\t"),
  );
}

function nothing({ all, stuck, waitingOn, rig, stale, unassigned }: ListOptions): string {
  if (stale !== undefined) return "no convoy has waited that long without a change";
  if (unassigned) return "no convoy waits on an issue that nobody has";
  if (rig !== undefined) return `no convoy tracks an issue of ${rig}`;
  if (stuck) return "no convoy is stuck, and none is complete and still open";
  if (waitingOn !== undefined) return `no convoy waits on ${waitingOn}`;
  return all ? "there are no convoys" : "no convoy is open; `convoy-cli list --all` shows the closed ones";
}

/** Which stores were not read, why, and what to do: nobody may take the answer for the whole. */
function leftOutLines(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.flatMap(({ prefix, path, why, hint }) => [
    `left out: ${printable(`${prefix} (${path}): ${why}`, 600)}`,
    `Hint: ${printable(hint, 600)}`,
  ]);
}
