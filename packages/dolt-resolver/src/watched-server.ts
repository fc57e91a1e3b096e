import { DatabaseError, type HintChannel } from "@gastown/convoy-core";
import type { Awaited } from "@gastown/sql";
import type { DoltServer } from "./server.ts";
import type { WatchedDatabase } from "./watched-database.ts";

/** Where nothing but the events tells of changes: how often to compare all that is awaited, in milliseconds. */
const COMPARE_EVERY = 1_000;

/** What one look at a server found. */
export interface Look {
  /** Something has changed. */
  readonly news: boolean;
  /** Why databases on it can't be watched. */
  readonly faults: readonly DatabaseError[];
  /** None of them can. */
  readonly down: boolean;
  readonly isDolt: boolean;
  /** How long it took to ask whether there is news, in milliseconds. */
  readonly took: number;
}

/** Looks once at all these databases of one server. Never rejects with a `DatabaseError`. */
export async function lookAt(
  server: DoltServer,
  entries: readonly WatchedDatabase[],
  awaited: Awaited,
  channel: HintChannel,
  now: () => number,
): Promise<Look> {
  const [first] = entries;
  if (first === undefined) return { news: false, faults: [], down: false, isDolt: true, took: 0 };
  const from = now();
  let isDolt: boolean;
  let hashes: (string | undefined)[] = [];
  try {
    isDolt = await server.isDolt(first.name);
    if (isDolt) hashes = await server.workingSets.hashes(entries.map((entry) => entry.name));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    for (const entry of entries) {
      entry.noteHash(undefined);
      entry.noteFault(error, channel);
    }
    return { news: false, faults: [error], down: true, isDolt: true, took: 0 };
  }
  const took = isDolt ? now() - from : 0;
  for (const [index, entry] of entries.entries()) entry.noteHash(hashes[index]);
  let news = false;
  const faults: DatabaseError[] = [];
  for (const [index, entry] of entries.entries()) {
    const found = isDolt
      ? entry.followHash(hashes[index], awaited, channel)
      : entry.followEvents(awaited, channel, COMPARE_EVERY);
    const outcome = await found;
    if (outcome instanceof DatabaseError) faults.push(outcome);
    else news ||= outcome;
  }
  return { news, faults, down: faults.length === entries.length, isDolt, took };
}
