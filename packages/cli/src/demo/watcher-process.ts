import type { WatchRecord } from "@gastown/convoy-core";
import type { DriverName } from "@gastown/convoy-watcher";
import { type Exit, startGroup, toolEnvironment } from "@gastown/process";
import { ownCommand } from "./own-files.ts";
import { type Records, recordsOf } from "./records-of.ts";

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
