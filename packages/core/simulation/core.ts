import type { createTownStore, DatabaseError, watch } from "../src/index.ts";

/** The core that is played: the real one, or a copy with a rule broken. */
export interface Core {
  readonly createTownStore: typeof createTownStore;
  readonly DatabaseError: typeof DatabaseError;
  readonly watch: typeof watch;
}
