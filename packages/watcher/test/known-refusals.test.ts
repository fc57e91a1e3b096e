import type { WatchRecord } from "@gastown/convoy-core";
import { describe, expect, test } from "vitest";
import { createTeller, hintFor, KNOWN_REFUSALS } from "../src/known-refusals.ts";

/** Lines as the programs print them, each with a word of what is said to be done. */
const LINES: readonly (readonly [string, string])[] = [
  [
    "Error: schema version mismatch: database is at v65, binary knows up to v53 (12 migrations ahead)",
    "bd migrate schema",
  ],
  ["Error: writes are refused: MIGRATION-FREEZE is in force", "MIGRATION-FREEZE"],
  [`cannot close hq-cv-a: assignee is "mayor", actor is "dev"; reclaim or use --force to override`, "assignee"],
  ["cannot close hq-cv-a: 2 open child issue(s); close children first or use --force to override", "children"],
  [
    `convoy 'hq-cv-a' has invalid lifecycle state: unsupported convoy status "hooked" (expected "open", "closed")`,
    "--status open",
  ],
  ["○ Convoy hq-cv-a has 1 tracked issue(s) with unknown status (cross-rig unreachable)", "gt doctor"],
  ["Error: persisting convoy close to JSONL: exit status 1", "gt convoy check hq-cv-a"],
  [`⚠ Warning: could not notify overseer: exec: "gt": executable file not found in $PATH`, "PATH"],
  ["⚠ Warning: could not notify zzz/none: exit status 1", "gt mail send"],
  ["⚠ Warning: could not record convoy completion notification state for hq-cv-a: exit status 1", "again"],
  ["⚠ Warning: could not nudge mayor: exit status 1", "nothing is lost"],
  ["Error: listing convoys: database is locked", "tried again"],
  ["Error 1213 (40001): serialization failure", "tried again"],
  ["dial tcp 127.0.0.1:3307: connect: connection refused", "gt dolt"],
  ["Error: not in a Gas Town workspace", "mayor/town.json"],
  ["write: no space left on device", "full"],
  ["attempt to write a readonly database", "owner"],
  [`Error: sending mail: unknown recipient "zzz/none"`, "Owner:"],
];

describe("a hint for what gt and bd are known to say", () => {
  test.for(LINES)("%s", ([line, hint]) => {
    expect(hintFor(line, "hq-cv-a")).toContain(hint);
    expect(hintFor(line, "hq-cv-a")).not.toContain("<convoy>");
  });

  test("every entry of the table has a line here that it is the first for", () => {
    const met = new Set(LINES.map(([line]) => KNOWN_REFUSALS.find(({ says }) => says.test(line))));
    expect(KNOWN_REFUSALS.filter((entry) => !met.has(entry))).toEqual([]);
  });

  test("none for other words, nor for a title that has some of them", () => {
    for (const words of ["", "gt said nothing", 'Auto-closed convoy hq-cv-a: "Deploy with --force"'])
      expect(hintFor(words)).toBeUndefined();
  });
});

test("is told with what is stuck, and with a warning that has no hint of its own; a state of a source is told once", () => {
  const told: WatchRecord[] = [];
  const tell = createTeller((record) => told.push(record));
  const stuck = { event: "stuck", convoy: "hq-cv-a", title: "A", attempts: 3, output: "database is locked" } as const;
  tell(stuck);
  tell({ event: "warning", message: "database is locked", hint: "its own" });
  tell({ event: "warning", message: "could not nudge x" });
  for (const state of ["up", "up", "down", "up"] as const) tell({ event: "source", name: "db", state });
  tell({ event: "watching", sources: ["bd", "db", "db"], convoys: 1 });
  expect(told).toMatchObject([
    { ...stuck, hint: expect.stringContaining("tried again") },
    { hint: "its own" },
    { hint: expect.stringContaining("nothing is lost") },
    { state: "up" },
    { state: "down" },
    { state: "up" },
    { sources: ["bd", "db"] },
  ]);
});
