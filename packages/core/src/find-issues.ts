import { isBuiltIn, isDone, isSafeArgument, parseReference } from "./beads.ts";
import { DatabaseError } from "./errors.ts";
import {
  ask,
  type GoneIssue,
  type Home,
  type IssueDatabase,
  type IssueRow,
  type TownDatabases,
  type TrackRow,
} from "./issue-database.ts";
import { createRecent } from "./recent.ts";
import { routeOf } from "./routes.ts";

/** What became of a reference. */
export interface Found {
  readonly row?: IssueRow;
  readonly rig?: string;
  readonly why?: string;
  /** The database could not be read, so that nothing follows from the missing row. */
  readonly unread?: boolean;
  /** Its home could be read, and has no such row. */
  readonly gone?: boolean;
  readonly home?: Home;
}

/** As a store is told it. */
type FaultListener = ((rig: string, error: DatabaseError | undefined) => void) | undefined;

/** Reads every referenced issue once, a query for each database, and returns how to find one again. */
export async function findIssues(
  tracks: readonly TrackRow[],
  { town, homes, routesFault }: TownDatabases,
  onFault: FaultListener,
): Promise<(reference: string) => Found> {
  const routed = new Map<string, Home | undefined>();
  const bare = new Set<string>();
  for (const { reference } of tracks) {
    const { id, project } = parseReference(reference);
    if (id === "") continue;
    if (!routed.has(id)) routed.set(id, routeOf(homes, id));
    if (project === undefined) bare.add(id);
  }

  const asked = [...routed].flatMap(([id, home]) => {
    const homesOf = bare.has(id) && home?.path !== town.path ? [home, town] : [home];
    return homesOf.flatMap((one) => (one === undefined ? [] : [{ home: one, id }]));
  });
  const read = new Map<string, Map<string, IssueRow> | DatabaseError>();
  await Promise.all(
    [...Map.groupBy(asked, ({ home }) => home.path)].map(async ([path, [first, ...more]]) => {
      if (first !== undefined)
        read.set(
          path,
          await readIssues(
            first.home,
            [first, ...more].map(({ id }) => id),
            onFault,
          ),
        );
    }),
  );

  return (reference) => {
    const { id, project } = parseReference(reference);
    if (id === "") return { why: `"${reference}" names no issue` };
    const home = routed.get(id);
    const there = home && look(read, home, id);
    if (there?.row || there?.unread) return there;
    const here = project === undefined ? look(read, town, id) : undefined;
    if (here?.row || here?.unread) return here;
    if (there !== undefined) return there;
    if (routesFault === undefined) return { why: `no route leads to ${id}` };
    return { why: `no known route leads to ${id}, and ${routesFault.message}`, unread: true };
  };
}

function look(read: ReadonlyMap<string, Map<string, IssueRow> | DatabaseError>, home: Home, id: string): Found {
  const rows = read.get(home.path);
  if (rows === undefined) return {};
  if (rows instanceof DatabaseError)
    return { rig: home.rig, why: `${id} cannot be read: ${rows.message}`, unread: true };
  const row = rows.get(id);
  if (row) return { row, rig: home.rig };
  return { rig: home.rig, why: `${id} is gone: there is no such issue in ${home.rig}`, gone: true, home };
}

async function readIssues(
  home: Home,
  ids: readonly string[],
  onFault: FaultListener,
): Promise<Map<string, IssueRow> | DatabaseError> {
  const rows = await ask(home, async (database) => withWords(database, await database.issues(ids)));
  const isFaulty = rows instanceof DatabaseError;
  onFault?.(home.rig, isFaulty ? rows : undefined);
  return isFaulty ? rows : new Map(rows.map((row) => [row.id, row]));
}

/** A status of the town's own may mean done to bd. Landing is up to gt, which does not know it; so it is said. */
async function withWords(database: IssueDatabase, rows: readonly IssueRow[]): Promise<readonly IssueRow[]> {
  if (rows.every(({ status }) => isBuiltIn(status))) return rows;
  const done = new Set(await database.doneStatuses?.());
  return rows.map((row) => (done.has(row.status) ? { ...row, why: "bd counts it as done, gt does not" } : row));
}

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
  const done = createRecent<IssueRow>();
  const gone = new Map<string, Gone>();

  const remember = (id: string, row: IssueRow): void => {
    gone.delete(id);
    if (isDone(row.status)) done.set(id, row);
    else done.delete(id);
  };

  /** When the database does not know, or can't be asked, what is gone stays unknown. */
  const askAbout = async (home: Home, ids: readonly string[]): Promise<void> => {
    const known = await ask(home, (database) => database.gone?.(ids));
    const knownOf = (id: string): GoneIssue | undefined =>
      known instanceof DatabaseError ? undefined : known?.get(id);
    for (const id of ids) gone.set(id, { since: gone.get(id)?.since ?? now(), askedAt: now(), known: knownOf(id) });
  };

  return {
    async note(references, find) {
      const wanted = new Map<Home, Set<string>>();
      for (const reference of references) {
        const { row, home, gone: isGone } = find(reference);
        const { id } = parseReference(reference);
        if (row !== undefined) remember(id, row);
        if (isGone !== true || home === undefined || done.get(id) !== undefined) continue;
        if (now() - (gone.get(id)?.askedAt ?? Number.NEGATIVE_INFINITY) < ASK_EVERY) continue;
        wanted.set(home, (wanted.get(home) ?? new Set()).add(id));
      }
      await Promise.all([...wanted].map(([home, ids]) => askAbout(home, [...ids])));
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
