import { it } from "vitest";
import { recordedTown } from "../../src/index.ts";

const missing = recordedTown() === undefined;
if (missing) console.log("Left out: tests over the recorded town, since there is no shared/real-town (set SHARED_DIR)");

/** A test over the recorded town, left out on a machine that has none. */
export const itRecorded: typeof it = missing ? (it.skip as typeof it) : it;
