import { type Clock, DatabaseError } from "@gastown/convoy-core";
import type { SqliteDatabase } from "./sqlite-database.ts";

/** When to try a database again that cannot be read, for as long as nothing becomes of its files. */
export interface Patience {
  /** It could not be read just now. */
  note(database: SqliteDatabase): void;
  /** Whether it is too early to try it again. */
  holds(database: SqliteDatabase): boolean;
  /** It can be read. */
  end(): void;
}

/** Time between two tries, in milliseconds, whatever happens: a little less than between two looks without a reason. */
const SHORTEST = 700;
/** The same where nothing happens: reached by doubling. */
const LONGEST = 12_000;

export function createPatience(clock: Clock): Patience {
  let triedAt = Number.NEGATIVE_INFINITY;
  let wait = 0;
  let access = "";

  return {
    note(database) {
      const now = accessOf(database);
      wait = now === access ? Math.min(wait * 2, LONGEST) : SHORTEST;
      access = now;
      triedAt = clock.now();
    },
    holds(database) {
      if (wait === 0) return false;
      const waited = clock.now() - triedAt;
      return waited < SHORTEST || (waited < wait && accessOf(database) === access);
    },
    end() {
      wait = 0;
      access = "";
    },
  };
}

function accessOf(database: SqliteDatabase): string {
  try {
    const { written, modes } = database.stamps();
    return `${written} ${modes}`;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.fault;
  }
}
