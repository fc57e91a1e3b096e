import { readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { LandStep, Unfinished } from "@gastown/convoy-core";
import { endProcess, forgetOutput, isRunning, markOf, type ProcessMark, readOutput } from "@gastown/process";
import type { Ledger, LedgerLine } from "./ledger.ts";
import { isPid, readObject } from "./state-dir.ts";

const LOOK_EVERY = 200;
const GRACE = 2_000;
const BD_GRACE = 1_000;
const OUTPUT_LIMIT = 4_096;

/** A command of the watcher before of which no good end is known. */
export interface OpenCommand {
  readonly id: string;
  readonly convoy: string;
  readonly step: LandStep;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  /** Its process; undefined when it was never started, or when its end is known. */
  readonly process: ProcessMark | undefined;
}

/**
 * The last command of each convoy of which the ledger does not say that everything was done: no end is known, or an end
 * and nothing after it, or that people were not told.
 */
export function openCommands(lines: readonly LedgerLine[]): readonly OpenCommand[] {
  const open = new Map<string, OpenCommand>();
  const find = (id: string): OpenCommand | undefined => [...open.values()].find((command) => command.id === id);
  for (const line of lines) {
    switch (line.kind) {
      case "intent": {
        const { id, convoy, step } = line;
        open.delete(convoy);
        open.set(convoy, { id, convoy, step, startedAt: Date.parse(line.time), process: undefined });
        break;
      }
      case "started": {
        const command = find(line.id);
        if (command !== undefined)
          open.set(command.convoy, { ...command, process: { pid: line.pid, start: line.pidStart } });
        break;
      }
      case "ended": {
        const command = line.ended === "left" ? undefined : find(line.id);
        if (command !== undefined) open.set(command.convoy, { ...command, process: undefined });
        break;
      }
      case "landed":
        // Of one that was left it is not over: it may still be telling people.
        if (line["told"] !== "closed, not told" && open.get(line.convoy)?.process === undefined)
          open.delete(line.convoy);
        break;
      case "closed":
        open.delete(line.convoy);
        break;
      // A stuck one may be closed, with nobody told of it; one that is open is taken up in any case.
      case "stuck":
      case "telling":
        break;
      default:
    }
  }
  return [...open.values()];
}

export interface TakeUpOptions {
  readonly dir: string;
  readonly ledger: Ledger;
  /** Milliseconds since the epoch. */
  readonly wall: () => number;
  /** How long a command may run in all, in milliseconds, before it is ended. */
  readonly limit: number;
  /** Ends the waiting. */
  readonly signal: AbortSignal;
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What the watcher before left unfinished. What still runs is waited for, and ended when it takes too long. */
export function takeUp(commands: readonly OpenCommand[], options: TakeUpOptions): readonly Unfinished[] {
  const running = new Set<string>();
  const unfinished = commands.map((command) => {
    const { id, convoy, step, startedAt } = command;
    const mark = command.process;
    if (mark === undefined || !isRunning(mark)) {
      if (mark !== undefined) noteEnd(command, options);
      return { convoy, step, startedAt };
    }
    running.add(id);
    return { convoy, step, startedAt, running: waitFor(command, mark, options) };
  });
  forgetOthers(options.dir, running);
  return unfinished;
}

/** Removes what commands have said of whose end nobody was there to know. */
function forgetOthers(dir: string, running: ReadonlySet<string>): void {
  for (const file of readdirSync(dir)) {
    const name = /^(.+)\.std(?:out|err)$/.exec(file)?.[1];
    if (name?.startsWith(outputNameOf("")) && !running.has(name.slice(outputNameOf("").length)))
      forgetOutput({ dir, name });
  }
}

/** How the files are called that take the output of a command. */
export function outputNameOf(id: string): string {
  return `command.${id}`;
}

async function waitFor(command: OpenCommand, mark: ProcessMark, options: TakeUpOptions): Promise<void> {
  const { wall, limit, signal, sleep } = options;
  const until = command.startedAt + limit;
  // Set back, the clock must not keep it alive for ever: no more looks than fit into the limit.
  for (let looks = Math.ceil(limit / LOOK_EVERY); isRunning(mark); looks -= 1) {
    if (signal.aborted) return;
    if (wall() >= until || looks <= 0) await endProcess(mark, GRACE);
    else await sleep(LOOK_EVERY, signal);
  }
  noteEnd(command, options);
}

function noteEnd({ id, startedAt }: OpenCommand, { dir, ledger, wall }: TakeUpOptions): void {
  const place = { dir, name: outputNameOf(id) };
  ledger.over(id, Math.max(0, wall() - startedAt), readOutput(place, OUTPUT_LIMIT));
  forgetOutput(place);
}

/** Notes which `bd activity` runs, so that the next watcher can end it when this one is killed. Never throws. */
export function noteBd(dir: string, pid: number | undefined): void {
  const file = fileIn(dir);
  try {
    const mark = pid === undefined ? undefined : markOf(pid);
    if (mark === undefined) rmSync(file, { force: true });
    else writeFileSync(file, `${JSON.stringify(mark)}\n`);
  } catch {
    // Without the note it ends by itself, at its next line: nobody reads it.
  }
}

/** Ends the `bd activity` of a watcher that was killed. For the one who holds the lock of the directory; never rejects. */
export async function endLeftBehind(dir: string): Promise<void> {
  const mark = readMark(fileIn(dir));
  noteBd(dir, undefined);
  if (mark !== undefined) await endProcess(mark, BD_GRACE);
}

function fileIn(dir: string): string {
  return join(dir, "bd-activity.json");
}

function readMark(file: string): ProcessMark | undefined {
  const { pid, start } = readObject(file) ?? {};
  return isPid(pid) && pid > 1 && typeof start === "string" ? { pid, start } : undefined;
}
