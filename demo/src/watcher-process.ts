import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { WatchRecord } from "@gastown/convoy-core";
import type { DriverName } from "@gastown/convoy-watcher";
import { type Exit, startGroup, toolEnvironment } from "@gastown/process";
import { PACKAGE_DIR } from "./town.ts";

const PATIENCE = 3_000;
const STDERR_LIMIT = 4_000;

/** `convoy-cli watch --json`, running. */
export interface WatcherProcess {
  /** The first record that matches, of those so far or to come; undefined when they end, or `ms` pass, without one. */
  until(matches: (record: WatchRecord) => boolean, ms: number): Promise<WatchRecord | undefined>;
  /** SIGKILL, which nothing can prepare for. */
  kill(): Promise<Exit>;
  /** SIGTERM, and SIGKILL when that does not help. */
  stop(): Promise<Exit>;
  /** The last of what it wrote to stderr. */
  complaints(): string;
}

/**
 * Starts the real watcher, as a person would, with the runtime that runs this.
 *
 * @param onRecord told of each record as it comes, and of the line it came in
 */
export function startWatcher(
  town: string,
  { bd, gt }: { readonly bd: string; readonly gt: string },
  driver: DriverName | undefined,
  onRecord: (record: WatchRecord, line: string) => void,
  signal: AbortSignal,
): WatcherProcess {
  const runtime = "Deno" in globalThis ? ["run", "-A", "--quiet"] : [];
  const command = [...runtime, join(PACKAGE_DIR, "bin", "convoy-cli.js"), "watch", "--json"];
  const args = [...command, "--town", town, "--bd", bd, "--gt", gt, ...(driver ? ["--driver", driver] : [])];
  const group = startGroup(process.execPath, args, { cwd: town, env: toolEnvironment(process.env) });
  let stderr = "";
  group.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-STDERR_LIMIT)));
  group.stderr.on("error", () => undefined);

  const kill = (): Promise<Exit> => {
    group.sweepUp();
    return group.exited;
  };
  return {
    until: readRecords(group.stdout, onRecord, signal),
    kill,
    stop: async () => {
      await group.end(PATIENCE);
      return kill();
    },
    complaints: () => stderr.trim(),
  };
}

/** Reads the records that `watch --json` prints, and gives a way to wait for one. */
function readRecords(
  stdout: Readable,
  onRecord: (record: WatchRecord, line: string) => void,
  signal: AbortSignal,
): WatcherProcess["until"] {
  const records: WatchRecord[] = [];
  const waiting = new Set<(record?: WatchRecord) => void>();
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const look of waiting) look();
  };
  stdout.on("error", end).once("close", end);
  signal.addEventListener("abort", end, { once: true });
  createInterface({ input: stdout }).on("line", (line) => {
    const record = parse(line);
    if (record === undefined) return;
    records.push(record);
    onRecord(record, line);
    for (const look of waiting) look(record);
  });

  return (matches, ms) =>
    new Promise((resolve) => {
      const known = records.find(matches);
      if (known !== undefined || ended || signal.aborted) return resolve(known);
      const look = (record?: WatchRecord): void => {
        if (record !== undefined && !matches(record)) return;
        clearTimeout(timer);
        waiting.delete(look);
        resolve(record);
      };
      const timer = setTimeout(look, ms);
      waiting.add(look);
    });
}

/** The last line of a watcher that was killed may be cut. */
function parse(line: string): WatchRecord | undefined {
  try {
    return JSON.parse(line) as WatchRecord;
  } catch {
    return undefined;
  }
}
