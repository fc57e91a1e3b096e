import { messageOf, printable } from "@gastown/convoy-core";
import { createRotatingFile, type RotatingFileOptions } from "@gastown/host-kit";
import type { LogFields, PluginLogger } from "@gastown/plugin-api";

export interface LogOptions extends RotatingFileOptions {
  /** Also told every line. */
  readonly echo?: (line: string) => void;
}

/** A log in a file, with old ones beside it: `host.log.1` is the last but one. Never throws. */
export function createLog({ echo, ...options }: LogOptions): PluginLogger {
  const file = createRotatingFile(options);
  let failed = false;
  const write =
    (level: string) =>
    (message: string, fields?: LogFields): void => {
      const line = `${new Date().toISOString()} ${level} ${printable(message, 4_000)}${shown(fields)}`;
      echo?.(line);
      const error = file.append(line);
      // A full disk must not stop the plugin. Said once, where it can still be said.
      if (error !== undefined && !failed) echo?.(`the log cannot be written: ${messageOf(error)}`);
      failed = error !== undefined;
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
