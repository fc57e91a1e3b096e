import { printable } from "@gastown/convoy-core";
import type { StatusOfPlugin } from "./status.ts";

/** The status of a plugin in lines that a person reads. */
export function statusText(one: StatusOfPlugin): string {
  const rows: [string, string][] = [
    ["enabled", one.enabled ? `yes (${one.supervisor})` : "no"],
    ["running", runningText(one)],
    ...troubleRows(one),
    ...ownRows(one),
    ["seen by gt", seenText(one)],
    ["log", printable(one.log)],
  ];
  const width = Math.max(14, ...rows.map(([name]) => name.length + 2));
  const lines = rows.map(([name, value]) => `  ${`${name}:`.padEnd(width)}${value}`);
  return [
    `${one.plugin} in ${printable(one.town)}`,
    ...lines,
    ...one.remarks.map((line) => `  ! ${printable(line)}`),
  ].join("\n");
}

function troubleRows({ error, hint = "" }: StatusOfPlugin): [string, string][] {
  if (error === undefined) return [];
  return [
    ["why not", printable(error)],
    ["hint", printable(hint)],
  ];
}

function seenText({ gt: { seen, why = "" } }: StatusOfPlugin): string {
  if (seen === true) return "yes";
  return `${seen === undefined ? "not known" : "no"}: ${printable(why)}`;
}

function runningText({ phase, pid, since, restarts = 0, retryAt }: StatusOfPlugin): string {
  if (phase === "none" || phase === "stopped") return "no";
  const who = `pid ${pid}, since ${since}${restarts > 0 ? `, restarted ${restarts} times` : ""}`;
  if (phase === "running") return `yes (${who})`;
  return phase === "waiting" ? `not now: next try at ${retryAt} (${who})` : `starting (${who})`;
}

/** What the plugin says of itself: in its own lines if it has any, else as it is. */
function ownRows({ status, running }: StatusOfPlugin): [string, string][] {
  if (status === undefined) return [];
  const { summary } = status;
  if (summary === undefined) return [["status", printable(JSON.stringify(status), 1_000)]];
  const rows = Object.entries(summary).map(([name, text]): [string, string] => [
    printable(name, 40),
    printable(text, 1_000),
  ]);
  return running ? rows : [["it said last", ""], ...rows];
}
