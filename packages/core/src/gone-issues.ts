import { isDone, isSafeArgument, parseReference } from "./beads.ts";
import { DatabaseError } from "./errors.ts";
import type { Found } from "./find-issues.ts";
import type { GoneIssue, Home, IssueRow } from "./issue-database.ts";

/** Issues that were seen done are remembered, at most so many. */
const REMEMBERED = 10_000;
/** How long what a database says of an issue that is gone may be relied on, in milliseconds. */
const ASK_EVERY = 600_000;
/** After so long the reason also names the command that a person can run, in milliseconds. */
const A_WHILE = 600_000;

/** What is known of issues that are not in their databases any more. */
export interface GoneIssues {
  /** Takes note of what these references lead to, and asks the databases about those that are gone. */
  note(references: readonly string[], find: (reference: string) => Found): Promise<void>;
  /** What a reference of a convoy leads to, with what is known of it if it is gone. */
  explain(convoy: string, reference: string, found: Found): Found;
}

interface Gone {
  readonly since: number;
  readonly askedAt: number;
  readonly known: GoneIssue | undefined;
}

/**
 * An issue that was seen done and is purged since stays done while this runs; of others the database may keep a history.
 *
 * @param now milliseconds, monotonic
 */
export function createGoneIssues(now: () => number): GoneIssues {
  const done = new Map<string, IssueRow>();
  const gone = new Map<string, Gone>();

  const remember = (id: string, row: IssueRow): void => {
    gone.delete(id);
    done.delete(id);
    if (!isDone(row.status)) return;
    done.set(id, row);
    const [oldest] = done.keys();
    if (done.size > REMEMBERED && oldest !== undefined) done.delete(oldest);
  };

  const ask = async (home: Home, ids: readonly string[]): Promise<void> => {
    const known = await askHome(home, ids);
    for (const id of ids) gone.set(id, { since: gone.get(id)?.since ?? now(), askedAt: now(), known: known?.get(id) });
  };

  return {
    async note(references, find) {
      const wanted = new Map<Home, Set<string>>();
      for (const reference of references) {
        const { row, home, gone: isGone } = find(reference);
        const { id } = parseReference(reference);
        if (row !== undefined) remember(id, row);
        if (isGone !== true || home === undefined || done.has(id)) continue;
        if (now() - (gone.get(id)?.askedAt ?? Number.NEGATIVE_INFINITY) < ASK_EVERY) continue;
        wanted.set(home, (wanted.get(home) ?? new Set()).add(id));
      }
      await Promise.all([...wanted].map(([home, ids]) => ask(home, [...ids])));
    },
    explain(convoy, reference, found) {
      if (found.gone !== true) return found;
      const { id } = parseReference(reference);
      const row = done.get(id) ?? gone.get(id)?.known?.row;
      if (row !== undefined && isDone(row.status)) return { row, ...(found.rig !== undefined && { rig: found.rig }) };
      const { since, known } = gone.get(id) ?? {};
      const words = [
        found.why ?? `${id} is gone`,
        ...(row === undefined ? [] : [`it was ${row.status} when it was deleted`]),
        ...(known?.elsewhere === undefined ? [] : [`there is one in the database ${known.elsewhere} of that server`]),
        ...(since !== undefined && now() - since >= A_WHILE && isSafeArgument(convoy)
          ? [`if it was done, close the convoy with: gt convoy close ${convoy} --force`]
          : []),
      ];
      return { ...found, why: words.join("; ") };
    },
  };
}

/** Undefined when the database does not know, or can't be asked: what is gone stays unknown then. */
async function askHome(home: Home, ids: readonly string[]): Promise<ReadonlyMap<string, GoneIssue> | undefined> {
  try {
    return await (await home.open()).gone?.(ids);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return undefined;
  }
}
