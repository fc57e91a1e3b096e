import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, printable } from "@gastown/convoy-core";
import { createLineReader } from "@gastown/convoy-watcher/host";
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

/**
 * The lines of a file that grows and is put aside (`x.1`) when it is long. Those that are there come first; then, if it is
 * followed, those that come, until the signal is aborted. A last line without its end is waited for.
 */
export async function* readLines(
  file: string,
  { follow, signal }: { readonly follow: boolean; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const read = createLineReader(file, `${file}.1`);
  for (;;) {
    yield* read();
    if (!follow) return;
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}
