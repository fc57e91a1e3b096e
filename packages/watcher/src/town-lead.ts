import type { Clock } from "@gastown/convoy-core";
import { createLeaderLock, type DoltDatabase, type Hold, type LeaderLock } from "@gastown/dolt-resolver";
import type { OpenedFiles } from "./databases.ts";

/** Who may act in a town. */
export type TownHold =
  | Hold
  | { readonly held: true; readonly anew: false; /** Nobody else can act. */ readonly alone: true };

/** The lead of a town, wherever it is kept just now. */
export interface TownLead extends Omit<LeaderLock, "take"> {
  /** As `LeaderLock.take`; `alone` while no server has the town's own database. */
  take(): Promise<TownHold>;
}

const ALONE: TownHold = { held: true, anew: false, alone: true };

/** The lock on the server that has the town's own database, found anew each time: a town moves to a server while it is watched. */
export function createTownLead({ files, dolt }: OpenedFiles, clock: Pick<Clock, "now" | "wall">): TownLead {
  let at: { readonly database: DoltDatabase; readonly lock: LeaderLock } | undefined;
  let busy = false;
  let alone = false;

  const lockNow = (): LeaderLock | undefined => {
    const store = files.places()[0]?.store();
    const database = store?.kind === "dolt" ? dolt.open(store) : undefined;
    if (at !== undefined && at.database === database) return at.lock;
    at?.lock.release();
    at = database && { database, lock: createLeaderLock(database, clock) };
    at?.lock.setBusy(busy);
    return at?.lock;
  };

  return {
    async take() {
      alone = false;
      const lock = lockNow();
      if (lock !== undefined) return lock.take();
      alone = true;
      return ALONE;
    },
    isProved: (within) => alone || at?.lock.isProved(within) === true,
    setBusy(wanted) {
      busy = wanted;
      at?.lock.setBusy(wanted);
    },
    release: () => at?.lock.release(),
  };
}
