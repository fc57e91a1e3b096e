import type { ConvoySnapshot } from "./convoy.ts";
import { DatabaseError } from "./errors.ts";
import type { Run } from "./run.ts";

/** One convoy as it is now, by an opening of its own; undefined when it is gone. A command is run only after this. */
export async function readConvoy(run: Run, id: string): Promise<ConvoySnapshot | undefined> {
  return (await readAfresh(run, [id])).get(id);
}

/**
 * Convoys through openings of their own. Where the databases that are open all the time show something else, they have
 * missed it, and the sources that rely on them are told.
 */
export async function readAfresh(run: Run, ids: readonly string[]): Promise<ReadonlyMap<string, ConvoySnapshot>> {
  const { store, sources } = run.options;
  const known = await store.readConvoys(ids).then(inOrder, unlessUnreadable);
  const convoys = await store.readConvoys(ids, { fresh: true });
  if (known !== undefined && known !== inOrder(convoys)) for (const source of sources) source.reopen?.();
  return convoys;
}

function inOrder(convoys: ReadonlyMap<string, ConvoySnapshot>): string {
  return JSON.stringify([...convoys].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function unlessUnreadable(error: unknown): undefined {
  if (!(error instanceof DatabaseError)) throw error;
}
