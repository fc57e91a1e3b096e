import { setFlagsFromString } from "node:v8";
import { messageOf, printable, WatcherError } from "@gastown/convoy-core";
import { guardOutput } from "./output.ts";

/** Exit status of faults that have one of their own, by their codes: their classes are imported by the commands that need them. */
const STATUS_OF: Readonly<Record<string, number>> = { "town-locked": 4, "topic-not-found": 2 };
const LONGEST_LINE = 2_000;

/** What reads the words of a command line, and does what they say: a `Command` of commander is one. */
interface Program {
  parseAsync(args: readonly string[], options: { readonly from: "user" }): Promise<unknown>;
}

/** Runs a command line; the exit status is left in `process.exitCode`. What fails, `onFault` prints. */
export async function runCommandLine(
  args: readonly string[],
  createProgram: (exit: (status: number) => void) => Program | Promise<Program>,
  onFault: (error: unknown) => void,
): Promise<void> {
  guardOutput();
  hushSqliteWarning();
  try {
    const program = await createProgram((status) => {
      process.exitCode = status;
    });
    await program.parseAsync(args, { from: "user" });
  } catch (error) {
    process.exitCode = statusOf(error);
    if (!isUsageFault(error)) onFault(error);
  }
}

function statusOf(error: unknown): number {
  if (isUsageFault(error)) return error.exitCode === 0 ? 0 : 2;
  if (!(error instanceof WatcherError)) return 1;
  return "exitCode" in error && typeof error.exitCode === "number" ? error.exitCode : (STATUS_OF[error.code] ?? 1);
}

/** Commander's own, which it has printed. Its class is not imported: a process that stays can do without commander. */
function isUsageFault(error: unknown): error is { readonly exitCode: number } {
  return error instanceof Error && "code" in error && String(error.code).startsWith("commander.");
}

/** A fault as every fault is printed: what happened, and what to do about it. */
export interface FaultOptions {
  /** What to do about a fault of the program itself. */
  readonly hint: string;
  /** With the code, and where it comes from. */
  readonly verbose: boolean;
  readonly write: (line: string) => void;
}

export function printFault(error: unknown, { hint, verbose, write }: FaultOptions): void {
  const say = (line: string): void => write(printable(line, LONGEST_LINE));
  const known = error instanceof WatcherError;
  say(`Error: ${messageOf(error)}`);
  say(`Hint: ${known ? error.hint : hint}`);
  if (!verbose) return;
  if (known) say(`Code: ${error.code}; "convoy-cli help errors" explains it`);
  if (!(error instanceof Error)) return;
  const cause = error.cause instanceof Error ? `\nCause: ${error.cause.stack ?? ""}` : "";
  for (const line of `${error.stack ?? ""}${cause}`.split("\n")) say(line);
}

/**
 * Commander's `error: …` in the two lines that every fault has here.
 *
 * @param help the command that shows how it is right
 * @param guesses what people type who know other programs, and what to tell them
 */
export function usageFault(text: string, help: string, guesses: readonly (readonly [RegExp, string])[] = []): string {
  const [first = "", ...rest] = text.trim().split("\n");
  const guess = /\(Did you mean (.+)\?\)/.exec(rest.join(" "))?.[1];
  const hint =
    guesses.find(([wrong]) => wrong.test(first))?.[1] ??
    (guess === undefined ? `see ${help}` : `did you mean ${guess}?`);
  return `Error: ${printable(first.replace(/^error: /, ""))}\nHint: ${hint}\n`;
}

/** Node 22 says of node:sqlite that it is experimental, to whoever loads it. Here it is loaded by request; other warnings pass. */
export function hushSqliteWarning(emitter: Pick<NodeJS.Process, "emitWarning"> = process): void {
  const emit = emitter.emitWarning as (warning: unknown, ...rest: unknown[]) => void;
  emitter.emitWarning = (warning: unknown, ...rest: unknown[]): void => {
    if (rest[0] === "ExperimentalWarning" && String(warning).startsWith("SQLite is an experimental feature")) return;
    emit.call(emitter, warning, ...rest);
  };
}

/**
 * What makes V8 keep its heap small and leave out its optimising compilers: a watcher sleeps nearly always, and its work is
 * done by SQLite. See docs/decisions/0008-small-heap.md for what each is worth.
 */
const FLAGS = ["--optimize-for-size", "--no-maglev", "--no-opt"] as const;

/** Trades speed for memory in this process, for as long as it runs. To be called before there is much of a heap; Node only. */
export function keepHeapSmall(versions: NodeJS.ProcessVersions = process.versions): void {
  if (versions["deno"] !== undefined || versions["bun"] !== undefined) return;
  for (const flag of FLAGS) setFlagsFromString(flag);
}
