import { appendFileSync, renameSync, statSync } from "node:fs";
import { messageOf, printable } from "@gastown/convoy-core";
import type { LogFields, PluginLogger } from "../contract.ts";

export interface LogOptions {
  readonly file: string;
  /** Bytes after which the file is put aside. */
  readonly limit?: number;
  /** How many old files are kept. */
  readonly keep?: number;
  /** Also told every line. */
  readonly echo?: (line: string) => void;
}

/** A log in a file, with old ones beside it: `host.log.1` is the last but one. Never throws. */
export function createLog({ file, limit = 1_000_000, keep = 3, echo }: LogOptions): PluginLogger {
  let size = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  let failed = false;

  const rotate = (): void => {
    for (let age = keep - 1; age >= 0; age -= 1) {
      try {
        renameSync(age === 0 ? file : `${file}.${age}`, `${file}.${age + 1}`);
      } catch {
        // There is none of this age yet.
      }
    }
    size = 0;
  };

  const write =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      const line = `${new Date().toISOString()} ${level} ${printable(message, 4_000)}${shown(fields)}`;
      echo?.(line);
      try {
        if (size >= limit) rotate();
        appendFileSync(file, `${line}\n`);
        size += Buffer.byteLength(line) + 1;
        failed = false;
      } catch (error) {
        // A full disk must not stop the plugin. Said once, where it can still be said.
        if (!failed) echo?.(`the log cannot be written: ${messageOf(error)}`);
        failed = true;
      }
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
