import { printable } from "@gastown/convoy-core";
import type { WatcherStatus } from "@gastown/convoy-watcher";
import type { PluginStatus } from "./status.ts";

/** The status of a plugin in lines that a person reads. */
export function statusText(one: PluginStatus): string {
  const rows: [string, string][] = [
    ["enabled", one.enabled ? `yes (${one.supervisor})` : "no"],
    ["running", runningText(one)],
    ...troubleRows(one),
    ...(one.plugin === "convoy-watcher" ? watcherRows(one) : otherRows(one.status)),
    ["rival daemon", one.rival === undefined ? "none" : printable(one.rival)],
    ["seen by gt", seenText(one)],
  ];
  const lines = rows.map(([name, value]) => `  ${`${name}:`.padEnd(14)}${value}`);
  return [
    `${one.plugin} in ${printable(one.town)}`,
    ...lines,
    ...one.remarks.map((line) => `  ! ${printable(line)}`),
  ].join("\n");
}

function troubleRows({ error, hint = "" }: PluginStatus): [string, string][] {
  if (error === undefined) return [];
  return [
    ["why not", printable(error)],
    ["hint", printable(hint)],
  ];
}

function seenText({ gt: { seen, why = "" } }: PluginStatus): string {
  if (seen === true) return "yes";
  return `${seen === undefined ? "not known" : "no"}: ${printable(why)}`;
}

function runningText({ phase, pid, since, restarts = 0, retryAt }: PluginStatus): string {
  if (phase === "none" || phase === "stopped") return "no";
  const who = `pid ${pid}, since ${since}${restarts > 0 ? `, restarted ${restarts} times` : ""}`;
  if (phase === "running") return `yes (${who})`;
  return phase === "waiting" ? `not now: next try at ${retryAt} (${who})` : `starting (${who})`;
}

function watcherRows({ status = {}, running }: PluginStatus): [string, string][] {
  const { lastHint, lastSweep, landed = 0, lastLanded, stuck = {}, sources = {} } = status as Partial<WatcherStatus>;
  const hint = lastHint && `${lastHint.issue} (${lastHint.source}) at ${lastHint.at}`;
  const sweep = lastSweep && `${lastSweep.convoys} open convoys in ${lastSweep.ms} ms at ${lastSweep.at}`;
  const last = lastLanded === undefined ? "" : `, last ${lastLanded.convoy} "${lastLanded.title}" at ${lastLanded.at}`;
  const stuckOnes = Object.entries(stuck).map(
    ([id, { attempts, output }]) => `${id} after ${attempts} tries: ${output}`,
  );
  const states = Object.entries(sources).map(
    ([name, one]) => `${name} ${one.state}${one.detail ? ` (${one.detail})` : ""}`,
  );
  const rows: [string, string][] = [
    ["last hint", hint ?? "none yet"],
    ["last sweep", sweep ?? "none yet"],
    ["landed", `${landed}${last}`],
    ["stuck", stuckOnes.join("; ") || "none"],
    ["sources", running ? states.join(", ") || "none yet" : "none: it is not running"],
  ];
  return rows.map(([name, value]) => [name, printable(value, 1_000)]);
}

function otherRows(status: PluginStatus["status"]): [string, string][] {
  return status === undefined ? [] : [["status", printable(JSON.stringify(status))]];
}
