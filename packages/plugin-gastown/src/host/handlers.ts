import { printable } from "@gastown/convoy-core";
import { findTown, TownNotFoundError } from "@gastown/convoy-watcher";
import { type Stopping, takeSignals } from "@gastown/host-kit";
import { disable } from "./disable.ts";
import { enable, type Enabled } from "./enable.ts";
import { installedPlugins } from "./installed.ts";
import { readMarker } from "./marker.ts";
import { runningHost } from "./note.ts";
import { pathsOf } from "./paths.ts";
import type { Handlers } from "./program.ts";
import { run } from "./run.ts";
import { statusText } from "./status-text.ts";
import { status } from "./status.ts";

const out = (line: string): void => void process.stdout.write(`${line}\n`);
const err = (line: string): void => void process.stderr.write(`${line}\n`);
const json = (value: unknown): void => out(JSON.stringify(value, undefined, 2));
const { env } = process;

export const handlers: Handlers = {
  async list({ town: named, json: asJson }) {
    const town = townAround(named);
    const plugins = installedPlugins(town).map((plugin) => {
      const paths = town === undefined ? undefined : pathsOf(town, plugin.name);
      const state = paths && {
        enabled: readMarker(paths.marker) !== undefined,
        running: runningHost(paths.note)?.phase === "running",
      };
      const { name, packageName, version, description, dir } = plugin;
      return { name, package: packageName, version, description, dir, ...state };
    });
    if (asJson) json({ town: town ?? null, plugins });
    else
      for (const { name, package: from, version, description, enabled, running } of plugins) {
        const state =
          enabled === undefined ? "" : ` [${enabled ? "enabled" : "not enabled"}${running ? ", running" : ""}]`;
        out(`${name}${state}\n  ${printable(description)} (${printable(from)} ${printable(version)})`);
      }
    return 0;
  },

  enable: (name, { town, json: asJson, supervisor, force = false }) =>
    interruptible(async ({ stop: signal }) => {
      const result = await enable(name, { town, supervisor, force, env, signal });
      if (asJson) json(result);
      else enabledText(result).forEach(out);
    }),

  disable: (name, { town, json: asJson }) =>
    interruptible(async ({ stop: signal }) => {
      const result = await disable(name, { town, env, signal });
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

  async status(name, { town, json: asJson }) {
    const all = await status(name, { town, env });
    const asked = name === undefined ? all.filter(({ enabled, running }) => enabled || running) : all;
    if (asJson) json(name === undefined ? all : all[0]);
    else out(all.map(statusText).join("\n\n"));
    return asked.length > 0 && asked.every(({ running }) => running) ? 0 : 3;
  },

  async run(name, { town, quiet }) {
    return run(name, { town, signals: takeSignals(), ...(quiet ? {} : { echo: err }) });
  },
};

/** Runs what is undone when a signal comes. */
async function interruptible(work: (signals: Stopping) => Promise<void>): Promise<number> {
  const signals = takeSignals();
  try {
    await work(signals);
    return 0;
  } catch (error) {
    if (signals.reason() === undefined) throw error;
    err(`Error: interrupted by ${signals.reason()}: nothing was changed\nHint: run it again`);
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
