import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import type { PluginLogger } from "@gastown/plugin-api";
import type { FSWatcher } from "chokidar";

/** A burst of changes of one path within this time is told once, in milliseconds. */
const TOGETHER = 50;
/** Where the system tells of no change, this is how often it is looked, in milliseconds. */
const POLL_EVERY = 1_000;

/** Magic numbers of file systems whose changes by other machines the system does not tell: NFS, SMB, CIFS, 9p, FUSE. */
const REMOTE: ReadonlySet<number> = new Set([0x6969, 0x517b, 0xff534d42, 0xfe534d42, 0x01021997, 0x65735546]);

/**
 * Watches files and directories (not what is below those of a directory), there or not yet, and tells which of them
 * changed. Each is told once when it is watched, since what happened before cannot be known. It goes by the system where
 * that tells, and polls where it does not.
 *
 * @returns ends it
 */
export function watchFiles(
  paths: readonly string[],
  changed: (path: string) => void,
  logger: Pick<PluginLogger, "warn">,
): () => void {
  let ended = false;
  const pending = new Map<string, NodeJS.Timeout>();
  const tell = (path: string): void => {
    if (pending.has(path) || ended) return;
    const timer = setTimeout(() => {
      pending.delete(path);
      try {
        changed(path);
      } catch (error) {
        logger.warn(`what a change of ${path} led to failed: ${messageOf(error)}`);
      }
    }, TOGETHER);
    pending.set(path, timer);
  };
  const watchers: FSWatcher[] = [];
  const begin = async (): Promise<void> => {
    // Most plugins watch no files: they need not carry it.
    const { watch } = await import("chokidar");
    for (const usePolling of [true, false]) {
      const some = paths.filter((path) => isRemote(path) === usePolling);
      if (some.length === 0 || ended) continue;
      const options = { ignoreInitial: true, depth: 0, usePolling, interval: POLL_EVERY, ignorePermissionErrors: true };
      const watcher = watch(some, options)
        .on("all", (_, path) => tell(path))
        .on("error", (error) => logger.warn(`watching files: ${messageOf(error)}`))
        .on("ready", () => some.forEach(tell));
      watchers.push(watcher);
    }
  };
  begin().catch((error: unknown) => logger.warn(`files cannot be watched: ${messageOf(error)}`));
  return () => {
    ended = true;
    for (const timer of pending.values()) clearTimeout(timer);
    pending.clear();
    for (const watcher of watchers) void watcher.close();
  };
}

/** By the nearest directory that is there. */
function isRemote(path: string): boolean {
  for (let dir = path; ; dir = dirname(dir)) {
    try {
      return REMOTE.has(Number(BigInt.asUintN(32, BigInt(statfsSync(dir).type))));
    } catch {
      if (dirname(dir) === dir) return true;
    }
  }
}
