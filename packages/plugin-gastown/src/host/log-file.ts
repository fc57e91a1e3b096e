import { readFileSync, statSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, printable } from "@gastown/convoy-core";
import { createRotatingFile, type RotatingFileOptions } from "@gastown/host-kit";
import type { LogFields, PluginLogger } from "@gastown/plugin-api";

export interface LogOptions extends RotatingFileOptions {
  /** Also told every line. */
  readonly echo?: (line: string) => void;
}

/** A log in a file, with old ones beside it: `host.log.1` is the last but one. Never throws. */
export function createLog({ echo, ...options }: LogOptions): PluginLogger {
  // A full disk must not stop the plugin. Said once, where it can still be said.
  const onFault = (error: unknown): void => echo?.(`the log cannot be written: ${messageOf(error)}`);
  const file = createRotatingFile({ ...options, onFault });
  const write =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      const line = `${new Date().toISOString()} ${level} ${printable(message, 4_000)}${shown(fields)}`;
      echo?.(line);
      file.append(line);
    };
  return { debug: write("debug"), info: write("info "), warn: write("warn "), error: write("error") };
}

function shown(fields: LogFields = {}): string {
  if (Object.keys(fields).length === 0) return "";
  try {
    const text = JSON.stringify(fields, (_, value: unknown) => (typeof value === "bigint" ? String(value) : value));
    return ` ${printable(text, 4_000)}`;
  } catch {
    return " {…}";
  }
}

const LOOK_EVERY = 250;
const NEWLINE = 10;

/**
 * The lines of a file that grows and is put aside (`x.1`) when it is long. Those that are there come first; then, if it is
 * followed, those that come, until the signal is aborted. A last line without its end is waited for.
 */
export async function* readLines(
  file: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  yield* linesFrom(`${file}.1`, 0).lines;
  let [inode, offset] = [inodeOf(file), 0];
  for (;;) {
    const now = inodeOf(file);
    if (now !== inode) {
      if (inodeOf(`${file}.1`) === inode) yield* linesFrom(`${file}.1`, offset).lines;
      [inode, offset] = [now, 0];
    }
    const read = linesFrom(file, offset);
    yield* read.lines;
    offset = read.offset;
    if (!follow) return;
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}

/** The whole lines from this byte on, and where they end. */
function linesFrom(file: string, from: number): { readonly lines: readonly string[]; readonly offset: number } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file).subarray(from);
  } catch {
    return { lines: [], offset: from };
  }
  const end = bytes.lastIndexOf(NEWLINE) + 1;
  const lines = end === 0 ? [] : bytes.toString("utf8", 0, end - 1).split("\n");
  return { lines, offset: from + end };
}

/** 0n where there is none. */
function inodeOf(file: string): bigint {
  return statSync(file, { bigint: true, throwIfNoEntry: false })?.ino ?? 0n;
}
