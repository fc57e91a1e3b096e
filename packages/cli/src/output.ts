import { styleText } from "node:util";
import { printable, WatcherError } from "@gastown/convoy-core";

type Style = Parameters<typeof styleText>[0];

/** Where a command writes: records to stdout, messages to stderr. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
  /** Styles text for stdout, when it goes to a terminal that wants colour. */
  style(style: Style, text: string): string;
}

export function createOutput(color: boolean): Output {
  return {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    style: (style, text) => (color ? styleText(style, text, { stream: process.stdout }) : text),
  };
}

/** Prints a fault as every fault is printed: what happened, and what to do about it. */
export function printError(error: unknown, verbose: boolean): void {
  const known = error instanceof WatcherError;
  const message = error instanceof Error ? error.message : String(error);
  process.stderr.write(`Error: ${printable(message, 2_000)}\n`);
  process.stderr.write(`Hint: ${known ? printable(error.hint, 2_000) : "this is a fault of convoy-cli: run it again with -v, and report what it prints"}\n`);
  if (verbose && error instanceof Error) process.stderr.write(`${error.stack ?? ""}\n${error.cause instanceof Error ? `Cause: ${error.cause.stack ?? ""}\n` : ""}`);
}
