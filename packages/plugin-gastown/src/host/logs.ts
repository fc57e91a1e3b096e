import { existsSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { messageOf, printable } from "@gastown/convoy-core";
import { findTown } from "@gastown/convoy-watcher";
import { createLineReader } from "@gastown/convoy-watcher/host";
import { createRotatingFile, type RotatingFileOptions } from "@gastown/host-kit";
import type { LogFields, PluginLogger } from "@gastown/plugin-api";
import { bigintAsText, type TownEvent } from "./events.ts";
import { findPlugin, PLUGIN_NAME } from "./packages.ts";
import { pathsOf } from "./paths.ts";

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
    return ` ${printable(JSON.stringify(fields, bigintAsText), 4_000)}`;
  } catch {
    return " {…}";
  }
}

export interface LogsOptions extends Follow {
  readonly town?: string | undefined;
  /** As it was written. */
  readonly json?: boolean | undefined;
}

interface Follow {
  /** Go on with what comes, until the signal is aborted. */
  readonly follow?: boolean | undefined;
  readonly signal: AbortSignal;
}

/**
 * The lines of a plugin's log, as they may be printed.
 *
 * @throws {TownNotFoundError}
 * @throws {HostError} when there is no such plugin, and never was in this town
 */
export async function* logs(name: string, { town: named, ...how }: LogsOptions): AsyncGenerator<string> {
  const paths = pathsOf(findTown({ town: named, cwd: process.cwd(), env: process.env }), name);
  if (!PLUGIN_NAME.test(name) || !existsSync(paths.stateDir)) findPlugin(name, paths.town);
  for await (const line of readLines(paths.log, how)) yield printable(line, 10_000);
}

/**
 * What the plugins of a town have told, as it may be printed: in words, or as it was written.
 *
 * @throws {TownNotFoundError}
 */
export async function* events({ town: named, json, ...how }: LogsOptions): AsyncGenerator<string> {
  const paths = pathsOf(findTown({ town: named, cwd: process.cwd(), env: process.env }), "events");
  for await (const line of readLines(paths.events, how)) yield json ? safeLine(line) : eventText(line);
}

/** JSON as it was written, but for what a terminal would act on: JSON can say that in other words. */
function safeLine(line: string): string {
  return line.replace(
    /[\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

function eventText(line: string): string {
  try {
    const { time, plugin, type, subject, payload } = JSON.parse(line) as TownEvent;
    const rest = payload === undefined ? "" : ` ${JSON.stringify(payload)}`;
    return printable(`${time} ${plugin} ${type}${subject === undefined ? "" : ` ${subject}`}${rest}`, 4_000);
  } catch {
    return printable(line, 4_000);
  }
}

const LOOK_EVERY = 250;

/**
 * The lines of a file that grows and is put aside (`x.1`) when it is long. Those that are there come first; then, if it is
 * followed, those that come, until the signal is aborted. A last line without its end is waited for.
 */
async function* readLines(file: string, { follow = false, signal }: Follow): AsyncGenerator<string> {
  const read = createLineReader(file, `${file}.1`);
  for (;;) {
    yield* read();
    if (!follow) return;
    await sleep(LOOK_EVERY, undefined, { signal }).catch(() => undefined);
    if (signal.aborted) return;
  }
}
