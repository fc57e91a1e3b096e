import { existsSync } from "node:fs";
import { printable } from "@gastown/convoy-core";
import { findTown, TownNotFoundError } from "@gastown/convoy-watcher";
import { type Stopping, takeSignals } from "@gastown/host-kit";
import { disable } from "./disable.ts";
import { PLUGIN_NAME } from "./discover.ts";
import { enable, type Enabled, isEnabled } from "./enable.ts";
import { HostError } from "./errors.ts";
import type { TownEvent } from "./events.ts";
import { findPlugin, installedPlugins } from "./installed.ts";
import { readLines } from "./log-file.ts";
import { readMarker, runningHost } from "./note.ts";
import { pathsOf } from "./paths.ts";
import type { Handlers } from "./program.ts";
import { knownPlugins, status, statusText } from "./status.ts";
import { wholeTown } from "./town.ts";

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);
const json = (value: unknown): void => out(JSON.stringify(value, undefined, 2));
const { env } = process;

export const handlers: Handlers = {
  async list({ town: named, json: asJson }) {
    const town = townAround(named);
    const installed = installedPlugins(town);
    const gone =
      town === undefined ? [] : knownPlugins(town).filter((name) => !installed.some((one) => one.name === name));
    const stateOf = (name: string): { enabled?: boolean; running?: boolean } => {
      if (town === undefined) return {};
      const paths = pathsOf(town, name);
      return {
        enabled: readMarker(paths.marker) !== undefined,
        running: runningHost(paths.note)?.phase === "running",
      };
    };
    const plugins = [
      ...installed.map(({ name, packageName, version, description, dir }) => ({
        ...{ name, package: packageName, version, description, dir, installed: true },
        ...stateOf(name),
      })),
      ...gone.map((name) => ({
        ...{ name, package: null, version: null, description: null, dir: null, installed: false },
        ...stateOf(name),
      })),
    ];
    if (asJson) json({ town: town ?? null, plugins });
    else
      for (const { name, package: from, version, description, enabled, running } of plugins) {
        const state =
          enabled === undefined ? "" : ` [${enabled ? "enabled" : "not enabled"}${running ? ", running" : ""}]`;
        const what =
          from === null
            ? "its package is not installed any more"
            : `${printable(description)} (${printable(from)} ${printable(version)})`;
        out(`${name}${state}\n  ${what}`);
      }
    return 0;
  },

  enable: (name, { town, json: asJson, supervisor, force = false }) =>
    interruptible(async ({ stop: signal }) => {
      const result = await enable(name, { town, supervisor, force, env, signal });
      if (asJson) json(result);
      else enabledText(result).forEach(out);
    }),

  restart: (name, { town, json: asJson }) =>
    interruptible(async ({ stop: signal }) => {
      const paths = pathsOf(wholeTown(town), name);
      if (!isEnabled(paths))
        throw new HostError("not-enabled", `${name} is not enabled in ${paths.town}`, `gastown plugins enable ${name}`);
      const result = await enable(name, { town, supervisor: undefined, force: false, env, signal, restart: true });
      if (asJson) json(result);
      else enabledText(result).forEach(out);
    }),

  disable: (name, { town, json: asJson, purge = false }) =>
    interruptible(async ({ stop: signal }) => {
      const result = await disable(name, { town, purge, env, signal });
      if (asJson) json(result);
      else {
        const stopped = result.pid === undefined ? "" : `, and its process (pid ${result.pid}) stopped`;
        out(
          result.changed
            ? `${name} is disabled in ${printable(result.town)}${stopped}`
            : `${name} was not enabled in ${printable(result.town)}`,
        );
        for (const line of result.remarks) out(`  ! ${printable(line)}`);
      }
    }),

  async status(name, { town, json: asJson, exitCode = false }) {
    const all = await status(name, { town, env });
    const asked = name === undefined ? all.filter(({ enabled, running }) => enabled || running) : all;
    const others = all.filter((one) => !asked.includes(one)).map((one) => one.plugin);
    if (asJson) json(name === undefined ? all : all[0]);
    else {
      if (asked.length > 0) out(asked.map(statusText).join("\n\n"));
      if (others.length > 0) out(`${asked.length > 0 ? "\n" : ""}not enabled: ${others.join(", ")}`);
    }
    const well = asked.every(({ running, remarks }) => running && !(exitCode && remarks.length > 0));
    return asked.length > 0 && well ? 0 : 3;
  },

  async logs(name, { town: named, follow = false }) {
    const paths = pathsOf(findTown({ town: named, cwd: process.cwd(), env }), name);
    if (!PLUGIN_NAME.test(name) || !existsSync(paths.stateDir)) findPlugin(name, paths.town);
    return printLines(readLines(paths.log, { follow, signal: takeSignals().stop }), (line) => printable(line, 10_000));
  },

  async events({ town: named, json: asJson, follow = false }) {
    const { events } = pathsOf(findTown({ town: named, cwd: process.cwd(), env }), "events");
    return printLines(readLines(events, { follow, signal: takeSignals().stop }), asJson ? safeLine : eventText);
  },
};

async function printLines(lines: AsyncIterable<string>, shown: (line: string) => string): Promise<number> {
  for await (const line of lines) out(shown(line));
  return 0;
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

/** Runs what a signal may interrupt: what was done so far stays, and another call goes on from there. */
async function interruptible(work: (signals: Stopping) => Promise<void>): Promise<number> {
  const signals = takeSignals();
  try {
    await work(signals);
    return 0;
  } catch (error) {
    if (signals.reason() === undefined) throw error;
    err(`Error: interrupted by ${signals.reason()}\nHint: run it again: it goes on from there`);
    return signals.exitCode() || 1;
  }
}

function enabledText({ plugin, town, supervisor, changed, pid, since, gt, remarks }: Enabled): string[] {
  const process = pid === undefined ? "" : `, running with pid ${pid} since ${since}`;
  const seen =
    gt.seen === undefined
      ? `gt could not be asked: ${gt.why}`
      : gt.seen
        ? "gt plugin list names it"
        : `gt plugin list does not name it: ${gt.why}`;
  return [
    `${plugin} ${changed ? "is" : "was already"} enabled in ${printable(town)} (${supervisor})${process}`,
    `  ${printable(seen)}`,
    ...remarks.map((line) => `  ! ${printable(line)}`),
  ];
}

/** The town around us; `list` can do without one. */
function townAround(named: string | undefined): string | undefined {
  try {
    return findTown({ town: named, cwd: process.cwd(), env });
  } catch (error) {
    if (named === undefined && error instanceof TownNotFoundError) return undefined;
    throw error;
  }
}
