import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import type { WatchRecord } from "@gastown/convoy-core";
import type { DriverName } from "@gastown/convoy-watcher";
import { type Exit, startGroup, toolEnvironment } from "@gastown/process";
import { ownCommand } from "./ground.ts";

/** The records of a watcher, and a way to wait for one. */
export interface Records {
  /** The first record that matches, of those so far or to come; undefined when they end, or `ms` pass, without one. */
  until(matches: (record: WatchRecord) => boolean, ms: number): Promise<WatchRecord | undefined>;
}

interface Waiting {
  readonly matches: (record: WatchRecord) => boolean;
  readonly end: (record?: WatchRecord) => void;
}

/** Reads the records that `watch --json` prints. */
export function recordsOf(
  stdout: Readable,
  onRecord: (record: WatchRecord, line: string) => void,
  signal: AbortSignal,
): Records {
  const records: WatchRecord[] = [];
  const waiting = new Set<Waiting>();
  let ended = false;
  const end = (): void => {
    ended = true;
    for (const one of waiting) one.end();
  };
  stdout.on("error", end).once("close", end);
  signal.addEventListener("abort", end, { once: true });
  createInterface({ input: stdout }).on("line", (line) => {
    const record = parse(line);
    if (record === undefined) return;
    records.push(record);
    onRecord(record, line);
    for (const one of waiting) if (one.matches(record)) one.end(record);
  });

  return {
    until: (matches, ms) =>
      new Promise((resolve) => {
        const known = records.find(matches);
        if (known !== undefined || ended || signal.aborted) return resolve(known);
        const timer = setTimeout(() => one.end(), ms);
        const one: Waiting = {
          matches,
          end(record) {
            clearTimeout(timer);
            waiting.delete(one);
            resolve(record);
          },
        };
        waiting.add(one);
      }),
  };
}

/** The last line of a watcher that was killed may be cut. */
function parse(line: string): WatchRecord | undefined {
  try {
    return JSON.parse(line) as WatchRecord;
  } catch {
    return undefined;
  }
}

const PATIENCE = 3_000;
const STDERR_LIMIT = 4_000;

/** `convoy-cli watch --json`, running. */
export interface WatcherProcess extends Records {
  /** SIGKILL, which nothing can prepare for. */
  kill(): Promise<Exit>;
  /** SIGTERM, and SIGKILL when that does not help. */
  stop(): Promise<Exit>;
  /** The last of what it wrote to stderr. */
  complaints(): string;
}

export interface WatcherOptions {
  readonly town: string;
  readonly bd: string;
  readonly gt: string;
  readonly driver: DriverName | undefined;
  /** Each record as it comes, and the line it came in. */
  readonly onRecord: (record: WatchRecord, line: string) => void;
  readonly signal: AbortSignal;
}

/** Starts the real watcher, as a person would. */
export function startWatcher({ town, bd, gt, driver, onRecord, signal }: WatcherOptions): WatcherProcess {
  const [file, ...own] = ownCommand();
  const args = [
    ...own,
    "watch",
    "--json",
    "--town",
    town,
    "--bd",
    bd,
    "--gt",
    gt,
    ...(driver ? ["--driver", driver] : []),
  ];
  const group = startGroup(file, args, { cwd: town, env: toolEnvironment(process.env) });
  let stderr = "";
  group.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString()).slice(-STDERR_LIMIT)));
  group.stderr.on("error", () => undefined);

  const kill = (): Promise<Exit> => {
    group.sweepUp();
    return group.exited;
  };
  return {
    ...recordsOf(group.stdout, onRecord, signal),
    kill,
    stop: async () => {
      await group.end(PATIENCE);
      return kill();
    },
    complaints: () => stderr.trim(),
  };
}
