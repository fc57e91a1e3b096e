import type { BulkOptions, BulkTown } from "./town/types.ts";

/** A big town, fast: one transaction per database. */
export const bulkTown = (_dir: string, _options: BulkOptions): BulkTown => {
  throw new Error("not written yet");
};
