import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Call, Town } from "@gastown/test-fixtures";
import { landings } from "../support/landings.ts";
import type { Stage } from "../support/open-stage.ts";
import type { Agents } from "./agents.ts";
import type { Faults } from "./faults.ts";

const OWN_FILES = /^(status\.json|watcher\.lock|ledger\.jsonl)$/;

/** Everything that is not as it has to be, in words. */
export function findViolations(stage: Stage, town: Town, agents: Agents, { killed }: Faults): string[] {
  const calls = withEnds(landings(stage.control), killed);
  return [...convoys(town, agents), ...commands(calls), ...mails(stage, agents, calls), ...leftBehind(stage, town)];
}

/** Convoys that are complete, and not closed; and the other way round. */
export function convoys(town: Town, agents: Agents): string[] {
  return agents.convoys.flatMap((convoy) => {
    const closed = town.status(convoy.id) === "closed";
    if (agents.isComplete(convoy) && !closed) return [`${convoy.id} is complete, and open`];
    if (!agents.isComplete(convoy) && closed) return [`${convoy.id} is not complete, and closed`];
    return [];
  });
}

type Ended = Call & { readonly end: number };

/** Longest life of a gt that ended without a word and without our doing, in milliseconds. */
const UNKNOWN_LIFE = 5_000;

/** A gt that killed itself, or that its watcher killed, has noted no end: it was over when its watcher started the next. */
function withEnds(calls: readonly Call[], killed: ReadonlyMap<number, number>): Ended[] {
  return calls.map((call, index) => {
    const next = calls.slice(index + 1).find(({ ppid }) => ppid === call.ppid);
    return { ...call, end: call.end ?? killed.get(call.pid) ?? next?.start ?? call.start + UNKNOWN_LIFE };
  });
}

/** A watcher runs one gt at a time, and only for convoys. */
function commands(calls: readonly Ended[]): string[] {
  return overlaps(calls)
    .filter(([one, other]) => one.ppid === other.ppid)
    .map(
      ([one, other]) => `the watcher ${one.ppid} ran two at once: ${one.argv.join(" ")} and ${other.argv.join(" ")}`,
    );
}

/** Nobody is told twice, but where the gt of a killed watcher met that of the next one: so would gt's own. */
function mails({ control }: Stage, agents: Agents, calls: readonly Ended[]): string[] {
  const met = overlaps(calls).flat();
  return agents.convoys.flatMap(({ id, completions }) => {
    const told = control.mails().filter(({ convoy }) => convoy === id);
    const unexplained = told.filter(({ time }) => !met.some(({ start, end }) => time >= start && time <= end));
    return unexplained.length > completions
      ? [`${id} was complete ${completions} time(s), and told of ${told.length} times`]
      : [];
  });
}

function overlaps(calls: readonly Ended[]): [Ended, Ended][] {
  const sorted = calls.toSorted((one, other) => one.start - other.start);
  return sorted.flatMap((one, index) => {
    const later: [Ended, Ended][] = [];
    for (const other of sorted.slice(index + 1)) {
      if (other.start >= one.end) continue;
      later.push([one, other]);
    }
    return later;
  });
}

function leftBehind(stage: Stage, town: Town): string[] {
  const files = readdirSync(join(town.dir, ".runtime/convoy-watcher")).filter((name) => !OWN_FILES.test(name));
  const processes = stage.leftovers();
  return [...files.map((name) => `the file ${name} is left`), ...processes.map((pid) => `the process ${pid} is left`)];
}
