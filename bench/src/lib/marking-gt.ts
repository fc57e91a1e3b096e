import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { milliseconds } from "./clock.ts";

/** Where runs are noted that name no convoy. */
export const ANY = "any";

/** A `gt` without any start-up of its own: it notes when it was started, then waits until its convoy is marked as closed. */
export interface MarkingGt {
  readonly path: string;
  /** When it was started for this convoy, in ms since the epoch; waits for that. */
  startedFor(convoy: string, timeout?: number): Promise<number>;
  /** Lets the runs for this convoy end. */
  release(convoy: string): void;
  /** Waits for the end of the run for this convoy, and forgets it. */
  forget(convoy: string): Promise<void>;
}

export function markingGt(dir: string): MarkingGt {
  mkdirSync(join(dir, "released"), { recursive: true });
  const path = join(dir, "gt");
  // `gt convoy check <id>`; the original names no convoy, so that its runs are all noted under one name.
  writeFileSync(
    path,
    `#!/bin/sh
case "$*" in
  *--help*) echo '  gt convoy check [convoy-id] [flags]'; exit ;;
  *version) echo 'gt version 1.0.1'; exit ;;
esac
date +%s%N > '${dir}/started.tmp'$$
mv '${dir}/started.tmp'$$ '${dir}/started-'"\${3:-any}"
tries=0
while [ ! -e '${dir}/released/'"\${3:-any}" ] && [ $tries -lt 3000 ]; do sleep 0.005; tries=$((tries + 1)); done
: > '${dir}/ended-'"\${3:-any}"
`,
  );
  chmodSync(path, 0o755);
  const until = async (file: string, timeout: number): Promise<void> => {
    for (const deadline = performance.now() + timeout; !existsSync(file); await sleep(2)) {
      if (performance.now() > deadline) throw new Error(`there is no ${file} after ${timeout} ms`);
    }
  };
  return {
    path,
    async startedFor(convoy, timeout = 15_000) {
      const file = join(dir, `started-${convoy}`);
      await until(file, timeout);
      return milliseconds(readFileSync(file, "utf8").trim());
    },
    release: (convoy) => writeFileSync(join(dir, "released", convoy), ""),
    async forget(convoy) {
      await until(join(dir, `ended-${convoy}`), 20_000);
      rmSync(join(dir, `ended-${convoy}`));
      rmSync(join(dir, "released", convoy), { force: true });
      rmSync(join(dir, `started-${convoy}`), { force: true });
    },
  };
}
