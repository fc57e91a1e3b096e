import { isDone, parseReference } from "./beads.ts";
import type { IssueDatabase, OpenConvoys, TrackRow } from "./issue-database.ts";

/** Asking a database for one issue costs about as much as reading so many edges of all. */
const EDGES_A_QUESTION = 100;

/**
 * Which open convoys track an issue. What they track is kept in memory for as long as the town's database has not changed.
 * After a change it is read anew only once so much has been asked that this pays; until then the database answers itself.
 */
export interface TrackingIndex {
  lookUp(database: IssueDatabase, issues: readonly string[]): Promise<Map<string, readonly string[]>>;
}

type Convoys = Map<string, readonly string[]>;

export function createTrackingIndex(): TrackingIndex {
  let revision: string | undefined;
  let known: { readonly revision: string; readonly convoysOf: Convoys } | undefined;
  let edges = 0;
  let asked = 0;

  const convoysOf = async (database: IssueDatabase, issues: readonly string[]): Promise<Convoys> => {
    const now = `${database.name}\n${await database.revision()}`;
    if (now !== revision) asked = 0;
    revision = now;
    if (known?.revision === now) return known.convoysOf;
    known = undefined;
    asked += issues.length;
    if (asked * EDGES_A_QUESTION < edges) {
      const answer = await ask(database, issues);
      if (answer !== undefined) return answer;
    }
    const { convoys: open, tracks } = await openWithTracks(database);
    edges = tracks.length;
    known = { revision: now, convoysOf: together(open, tracks) };
    return known.convoysOf;
  };

  return {
    async lookUp(database, issues) {
      const all = await convoysOf(database, issues);
      return new Map(
        issues.flatMap((issue) => [[issue, all.get(issue) ?? []] as const]).filter(([, { length }]) => length > 0),
      );
    },
  };
}

/** Everything that is open, in as few questions as the database allows. */
export async function openWithTracks(database: IssueDatabase): Promise<OpenConvoys> {
  return (
    (await database.openWithTracks?.()) ?? {
      convoys: await database.openConvoys(),
      tracks: await database.openTracks(),
    }
  );
}

async function ask(database: IssueDatabase, issues: readonly string[]): Promise<Convoys | undefined> {
  const tracks = await database.openTracksOf?.(issues);
  if (tracks === undefined) return undefined;
  const open = (await database.convoys(issues)).filter((row) => !isDone(row.status));
  return together(open, tracks);
}

function together(open: OpenConvoys["convoys"], tracks: readonly TrackRow[]): Convoys {
  const convoysOf = new Map<string, Set<string>>();
  const put = (issue: string, convoy: string): void => {
    convoysOf.set(issue, (convoysOf.get(issue) ?? new Set()).add(convoy));
  };
  for (const { id } of open) put(id, id);
  for (const { convoy, reference } of tracks) put(parseReference(reference).id, convoy);
  convoysOf.delete("");
  return new Map([...convoysOf].map(([issue, convoys]) => [issue, [...convoys]]));
}
