import { join } from "node:path";
import type { WatchRecord } from "@gastown/convoy-core";
import {
  buildTown,
  type Call,
  installStandIns,
  type StandIns,
  tempDir,
  type Town,
  type TownOptions,
  until,
} from "@gastown/test-fixtures";
import { onTestFinished } from "vitest";
import { watchTown, type WatchTownOptions } from "../../src/index.ts";

type Kind = WatchRecord["event"];
type Of<E extends Kind> = Extract<WatchRecord, { event: E }>;

export interface Setting extends StandIns {
  readonly dir: string;
  readonly town: Town;
}

const twoRigs: TownOptions = { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } };

/** A town with stand-ins beside it. */
export function setting(
  options: TownOptions = twoRigs,
  { daemons = true }: { readonly daemons?: boolean } = {},
): Setting {
  const dir = tempDir(onTestFinished).path;
  const town = buildTown(join(dir, "town"), options);
  if (daemons) town.startDaemons();
  return { dir, town, ...installStandIns(join(dir, "bin")) };
}

/** Calls of gt but for the question what it can do. */
export function landings(control: StandIns["control"]): readonly Call[] {
  return control.calls("gt").filter(({ argv }) => argv[0] === "convoy" && !argv.includes("--help"));
}

/** A watcher that runs in this process, and all it has said. */
export interface Watching {
  readonly records: WatchRecord[];
  of<E extends Kind>(event: E): Of<E>[];
  /** Waits for a record of a kind that matches. */
  record<E extends Kind>(event: E, matches?: (record: Of<E>) => boolean): Promise<Of<E>>;
  readonly stop: AbortController;
  readonly kill: AbortController;
  readonly ended: Promise<void>;
}

export function optionsFor({ town, bd, gt }: Setting, more: Partial<WatchTownOptions> = {}): WatchTownOptions {
  return {
    town: town.dir,
    version: "0.0.0",
    bd,
    gt,
    sources: ["bd", "db"],
    sweepEvery: 600_000,
    grace: 50,
    steps: ["check", "close", "force"],
    dryRun: false,
    report: () => undefined,
    stop: new AbortController().signal,
    kill: new AbortController().signal,
    ...more,
  };
}

/** Starts a watcher, which ends with the test at the latest. Sweeps are far apart, so that only hints are quick. */
export function startWatching(where: Setting, more: Partial<WatchTownOptions> = {}): Watching {
  const records: WatchRecord[] = [];
  const stop = new AbortController();
  const kill = new AbortController();
  const ended = watchTown(
    optionsFor(where, { report: (record) => records.push(record), stop: stop.signal, kill: kill.signal, ...more }),
  );
  ended.catch(() => undefined);
  onTestFinished(async () => {
    stop.abort("the test is over");
    kill.abort();
    await ended.catch(() => undefined);
  });
  const of = <E extends Kind>(event: E): Of<E>[] => records.filter((record): record is Of<E> => record.event === event);
  return {
    records,
    of,
    record: (event, matches = () => true) => until(() => of(event).find(matches)),
    stop,
    kill,
    ended,
  };
}
