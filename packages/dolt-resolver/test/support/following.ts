import type { Hint, IssueChange } from "@gastown/convoy-core";
import { createTownPlaces } from "@gastown/sql";
import { onTestFinished } from "vitest";
import { createDoltFeed, createDoltTown, type DoltDatabase, type DoltTown } from "../../src/index.ts";

/** The feed of a town while it runs, with what it has said so far. */
export interface Following {
  readonly hints: readonly Hint[];
  changes(issue: string): IssueChange[];
  forget(): void;
  stop(): Promise<void>;
}

export const systemClock = {
  now: (): number => performance.now(),
  wall: (): number => Date.now(),
  sleep: (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const end = (): void => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal?.addEventListener("abort", end);
    }),
};

/**
 * Follows a town from now on; the first state has been told when it returns.
 *
 * @param beforeIssues awaited before issues are read
 */
export async function follow(dir: string, beforeIssues: () => Promise<unknown> = async () => {}): Promise<Following> {
  const stop = new AbortController();
  const dolt = delayed(createDoltTown({ town: dir, env: {}, clock: systemClock, random: () => 0 }), beforeIssues);
  const files = createTownPlaces({ town: dir, now: systemClock.now, openDolt: (store) => dolt.open(store) });
  const hints: Hint[] = [];
  const told = Promise.withResolvers<void>();
  const running = (async () => {
    for await (const hint of createDoltFeed({ files, dolt, clock: systemClock }).hints(stop.signal)) {
      hints.push(hint);
      if (hint.kind === "state") told.resolve();
    }
  })();
  const end = async (): Promise<void> => {
    stop.abort();
    await running;
    files.close();
    await dolt.close();
  };
  onTestFinished(end);
  await Promise.race([told.promise, running]);
  return {
    hints,
    changes: (issue) =>
      hints.flatMap((hint) => (hint.kind === "issues" ? hint.changes : [])).filter((change) => change.issue === issue),
    forget: () => void (hints.length = 0),
    stop: end,
  };
}

function delayed(dolt: DoltTown, beforeIssues: () => Promise<unknown>): DoltTown {
  const known = new Map<DoltDatabase, DoltDatabase>();
  const open: DoltTown["open"] = (store) => {
    const database = dolt.open(store);
    const issues: DoltDatabase["issues"] = async (ids) => {
      await beforeIssues();
      return database.issues(ids);
    };
    const later = known.get(database) ?? { ...database, issues };
    known.set(database, later);
    return later;
  };
  return { ...dolt, open };
}
