import { appendFileSync, readFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import { type CommandResult, type LandStep, messageOf, type WatchRecord } from "@gastown/convoy-core";
import { markOf } from "@gastown/process";
import { createLineReader, isObject } from "./state-dir.ts";

/** A file longer than this becomes `ledger.1.jsonl`, in bytes; the one that was called so before is gone. */
const CEILING = 1 << 20;
/** How much of what gt said is kept, in characters. */
const SAID = 1_000;

/** What is about to be run. */
export interface Intent {
  readonly convoy: string;
  readonly step: LandStep;
  /** As a person would type it. */
  readonly command: string;
  /** The identity of the program. */
  readonly gt: string;
}

/** A command in the ledger. None of its methods throws. */
export interface LedgerCommand {
  readonly id: string;
  started(pid: number): void;
  ended(result: CommandResult): void;
}

/** What a watcher has done to the convoys of a town, and is about to do: what the next one needs after a crash. */
export interface Ledger {
  /** Notes that a command is about to be run. */
  begin(intent: Intent): LedgerCommand;
  /** Notes that a command of the watcher before has been seen to be over. */
  over(id: string, ms: number, output: string): void;
  /** Notes what became of a convoy; other records are left out. */
  note(record: WatchRecord): void;
}

/** A record of what became of a convoy, flat. Whoever else wrote to the file may have given its fields other types. */
export type LedgerRecord = {
  readonly time: string;
  readonly kind: "landed" | "stuck" | "closed" | "telling";
  readonly convoy: string;
} & Readonly<Record<string, unknown>>;

/** A line of the ledger. */
export type LedgerLine =
  | LedgerRecord
  | ({ readonly time: string } & (
      | ({ readonly kind: "intent"; readonly id: string; readonly watcher: number } & Intent)
      | { readonly kind: "started"; readonly id: string; readonly pid: number; readonly pidStart: string }
      | ({ readonly kind: "ended"; readonly id: string; readonly ms: number } & Omit<CommandResult, "ended"> & {
            /** `over`: it was left or lost by its watcher, and has been seen to be gone. */
            readonly ended: CommandResult["ended"] | "over";
          })
    ));

type NewLine = LedgerLine extends infer L ? (L extends LedgerLine ? Omit<L, "time"> : never) : never;

export interface LedgerOptions {
  /** Directory of the watcher's own files. */
  readonly dir: string;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Told once that it cannot be written: landing goes on without. */
  readonly onFault: (why: string) => void;
}

/** Where the ledger is, and what was put aside of it when it was long. */
export function ledgerFiles(dir: string): { readonly before: string; readonly file: string } {
  return { before: join(dir, "ledger.1.jsonl"), file: join(dir, "ledger.jsonl") };
}

/** The ledger of a town. Whoever opens it holds the town's lock. */
export function openLedger({ dir, wall, now, onFault }: LedgerOptions): Ledger {
  const { before, file } = ledgerFiles(dir);
  let faulty = false;
  let torn = endsTorn(file);
  let commands = 0;

  const append = (line: NewLine): void => {
    const text = `${JSON.stringify({ time: new Date(wall()).toISOString(), ...line })}\n`;
    try {
      if (sizeOf(file) + text.length > CEILING) renameSync(file, before);
      appendFileSync(file, torn ? `\n${text}` : text, { mode: 0o600 });
      torn = false;
      faulty = false;
    } catch (error) {
      // A part of it may have been written.
      torn = true;
      if (!faulty) onFault(messageOf(error));
      faulty = true;
    }
  };

  return {
    begin(intent) {
      const id = `${wall().toString(36)}-${process.pid}-${(commands += 1)}`;
      const begunAt = now();
      append({ kind: "intent", id, watcher: process.pid, ...intent });
      return {
        id,
        started: (pid) => append({ kind: "started", id, pid, pidStart: markOf(pid)?.start ?? "" }),
        ended: ({ output, ...how }) =>
          append({ kind: "ended", id, ...how, ms: Math.round(now() - begunAt), output: output.slice(-SAID) }),
      };
    },
    over: (id, ms, output) => append({ kind: "ended", id, ended: "over", ms, output: output.slice(-SAID) }),
    note(record) {
      const { event } = record;
      if (event === "landed" || event === "stuck" || event === "closed" || event === "telling") {
        const { event: _, ...fields } = record;
        append({ ...fields, kind: event });
      }
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

function endsTorn(file: string): boolean {
  try {
    const text = readFileSync(file, "utf8");
    return text !== "" && !text.endsWith("\n");
  } catch {
    return false;
  }
}

/** All lines of a ledger that can be read, oldest first. What is torn or of another shape counts as nothing. */
export function readLedger(dir: string): readonly LedgerLine[] {
  const { before, file } = ledgerFiles(dir);
  return [before, file].flatMap((name) => {
    try {
      return readFileSync(name, "utf8").split("\n").flatMap(lineOf);
    } catch {
      return [];
    }
  });
}

/** Reads the lines that were not read before: first all there are, then what has been added, oldest first. */
export function createLedgerReader(dir: string): () => readonly LedgerLine[] {
  const { before, file } = ledgerFiles(dir);
  const read = createLineReader(file, before);
  return () => read().flatMap(lineOf);
}

function lineOf(text: string): readonly LedgerLine[] {
  try {
    const value: unknown = JSON.parse(text);
    return isLine(value) ? [value] : [];
  } catch {
    return [];
  }
}

function isLine(value: unknown): value is LedgerLine {
  return isObject(value) && typeof value["kind"] === "string" && typeof value["time"] === "string";
}
