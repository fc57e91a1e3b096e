import type { DatabaseError, Reporter, Routes, WatchRecord } from "@gastown/convoy-core";
import { leftOutHint } from "@gastown/town-files";
import { hintFor } from "./known-refusals.ts";

/** Tells of a database that can't be read once, and again when the reason changes or it was read in between. */
export function createFaultTeller(report: Reporter): (rig: string, error: DatabaseError | undefined) => void {
  const told = new Map<string, string>();
  return (rig, error) => {
    if (error === undefined) told.delete(rig);
    else if (told.get(rig) !== error.message) {
      told.set(rig, error.message);
      report({ event: "warning", message: `${rig}: ${error.message}`, hint: error.hint });
    }
  };
}

/** Tells of the lines of `routes.jsonl` that say nothing usable, or lead where the town is not. */
export function tellRejectedRoutes(town: string, rejected: Routes["rejected"], report: Reporter): void {
  for (const { line, why, outside } of rejected) {
    const what = outside === undefined ? "" : `${outside.prefix} (${outside.path}) is left out: `;
    report({
      event: "warning",
      message: `routes.jsonl, line ${line}: ${what}${why}`,
      hint: outside === undefined ? "the line is ignored; fix or remove it" : leftOutHint(town, outside),
    });
  }
}

/**
 * A reporter that says nothing twice in a row of a source, and adds what a person can do where gt or bd said something
 * that is known.
 */
export function createTeller(report: Reporter): Reporter {
  const states = new Map<string, string>();
  return (record) => {
    if (record.event === "source") {
      const state = JSON.stringify(record);
      if (states.get(record.name) === state) return;
      states.set(record.name, state);
    }
    report(record.event === "watching" ? { ...record, sources: [...new Set(record.sources)] } : withHint(record));
  };
}

function withHint(record: WatchRecord): WatchRecord {
  if ((record.event !== "stuck" && record.event !== "warning") || record.hint !== undefined) return record;
  const hint = record.event === "stuck" ? hintFor(record.output, record.convoy) : hintFor(record.message);
  return hint === undefined ? record : { ...record, hint };
}
