import { messageOf } from "@gastown/convoy-core";
import { findTown, systemClock } from "@gastown/convoy-watcher";
import type { FileLock } from "@gastown/convoy-watcher/host";
import { type Stopping, supervisor } from "@gastown/host-kit";
import type { PluginLogger } from "@gastown/plugin-api";
import { HostError } from "./errors.ts";
import { createEventBus, type EventBus } from "./events.ts";
import { createHostNote, type HostNoteKeeper } from "./host-note.ts";
import { runPlugin } from "./life.ts";
import { loadPlugin, readConfig } from "./load-plugin.ts";
import { lockHost } from "./locks.ts";
import { createLog } from "./logs.ts";
import { findPlugin, type InstalledPlugin, VERSION } from "./packages.ts";
import { pathsOf, type PluginPaths } from "./paths.ts";
import { watchFiles } from "./watch-files.ts";

/** Milliseconds that a plugin has to stop. */
const STOP_TIMEOUT = 10_000;
export interface RunOptions {
  readonly town: string | undefined;
  readonly signals: Stopping;
  /** Told every line of the log. */
  readonly echo?: (line: string) => void;
}

/** A plugin in this process. */
interface Guest {
  readonly installed: InstalledPlugin;
  readonly paths: PluginPaths;
  readonly lock: FileLock;
  readonly logger: PluginLogger;
}

/**
 * The process that every supervisor starts: runs plugins until it is told to stop, or all have ended. One that fails is
 * started again by itself; the others do not notice.
 *
 * @returns the exit status
 * @throws {TownNotFoundError}
 * @throws {StateDirError} when a plugin's own directory cannot be written
 * @throws {HostError} when another process runs one of these plugins in this town, or one cannot be loaded
 */
export async function run(names: readonly string[], { town: named, signals, echo }: RunOptions): Promise<number> {
  const town = findTown({ town: named, cwd: process.cwd(), env: process.env });
  const found = [...new Set(names)].map((name) => findPlugin(name, town));
  const guests: Guest[] = [];
  try {
    for (const installed of found) {
      const paths = pathsOf(town, installed.name);
      const lock = await lockHost(paths, installed.name);
      const said = echo && (found.length === 1 ? echo : (line: string) => echo(`[${installed.name}] ${line}`));
      guests.push({ installed, paths, lock, logger: createLog({ file: paths.log, ...(said && { echo: said }) }) });
    }
    await runAll(guests, signals);
  } finally {
    for (const { lock } of guests) lock.release();
  }
  return signals.exitCode();
}

async function runAll(guests: readonly Guest[], signals: Stopping): Promise<void> {
  const [first] = guests;
  if (first === undefined) return;
  const tellAll = (level: "info" | "error", message: string): void =>
    guests.forEach(({ logger }) => logger[level](message));
  const bus = await createEventBus(first.paths, first.logger, signals.kill);
  const notes: HostNoteKeeper[] = [];
  const onTrigger = (): void => notes.forEach((note) => note.trigger());
  const onFault = (error: unknown): void => {
    tellAll("error", `uncaught: ${error instanceof Error ? error.stack : messageOf(error)}`);
    process.exit(1);
  };
  const unit = supervisor();
  // A plugin that only waits for an event holds nothing that would keep a process from ending. A loop that hangs gives no signs.
  const alive = setInterval(unit.alive, unit.every ?? 2 ** 30);
  unit.ready();
  process.on("SIGUSR2", onTrigger).on("uncaughtException", onFault);
  try {
    signals.stop.addEventListener("abort", () => {
      unit.stopping();
      tellAll("info", `stopping: ${signals.reason()}`);
    });
    await Promise.all(guests.map((guest) => runGuest(guest, bus, signals, notes)));
    await bus.idle();
    tellAll("info", `stopped${signals.reason() === undefined ? "" : ` by ${signals.reason()}`}`);
  } finally {
    clearInterval(alive);
    process.off("SIGUSR2", onTrigger).off("uncaughtException", onFault);
    for (const note of notes) note.end();
  }
}

async function runGuest(
  { installed, paths, logger }: Guest,
  bus: EventBus,
  signals: Stopping,
  notes: HostNoteKeeper[],
): Promise<void> {
  const { name, version } = installed;
  const plugin = await loadPlugin(installed).catch((error: unknown) => {
    const hint = error instanceof HostError ? { hint: error.hint } : {};
    logger.error(messageOf(error), hint);
    const { cause } = error as Error;
    if (cause instanceof Error) logger.error(cause.stack ?? "");
    throw error;
  });
  const note = createHostNote(installed, paths, logger);
  notes.push(note);
  logger.info(`${name} ${version} in ${paths.town}`, { host: VERSION, pid: process.pid });
  await runPlugin(plugin, {
    root: paths.town,
    stateDir: paths.stateDir,
    config: () => readConfig(plugin, paths.settings),
    host: { name: "gastown", version: VERSION },
    logger,
    emit: (event) => bus.emit(name, event),
    on: bus.on,
    watchFiles: (files, changed) => watchFiles(files, changed, logger),
    clock: systemClock,
    stop: signals.stop,
    kill: signals.kill,
    stopTimeout: STOP_TIMEOUT,
    onState: note.onState,
  });
}
