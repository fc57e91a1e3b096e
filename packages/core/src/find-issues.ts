import { isBuiltIn, isDone, isSafeArgument, parseReference } from "./beads.ts";
import { DatabaseError } from "./errors.ts";
import {
  ask,
  type GoneIssue,
  type Home,
  type IssueDatabase,
  type IssueRow,
  type TownDatabases,
} from "./issue-database.ts";
import { createRecent } from "./recent.ts";
import { routeOf } from "./routes.ts";

/** What became of a reference. */
export interface Found {
  /** Of the issue; empty when the reference names none. */
  readonly id: string;
  readonly row?: IssueRow;
  readonly rig?: string;
  readonly why?: string;
  /** The database could not be read, so that nothing follows from the missing row. */
  readonly unread?: boolean;
  /** Its home, which could be read and has no such row. */
  readonly goneFrom?: Home;
}

/** As a store is told it. */
type FaultListener = ((rig: string, error: DatabaseError | undefined) => void) | undefined;

type Read = ReadonlyMap<string, ReadonlyMap<string, IssueRow> | DatabaseError>;

/** What each of these references leads to: every issue is read once, by a query for each database. */
export async function findIssues(
  references: Iterable<string>,
  { town, homes, routesFault }: TownDatabases,
  onFault: FaultListener,
): Promise<ReadonlyMap<string, Found>> {
  const wanted = [...new Set(references)].map((reference) => {
    const { id, project } = parseReference(reference);
    // Only a bare id may be the town's own although a route leads elsewhere.
    return { reference, id, home: id === "" ? undefined : routeOf(homes, id), isBare: project === undefined };
  });
  const asked = new Map<string, { readonly home: Home; readonly ids: Set<string> }>();
  for (const { id, home, isBare } of wanted) {
    if (id === "") continue;
    for (const one of [home, isBare ? town : undefined]) {
      if (one === undefined) continue;
      const at = asked.get(one.path) ?? { home: one, ids: new Set() };
      asked.set(one.path, at);
      at.ids.add(id);
    }
  }
  const read: Read = new Map(
    await Promise.all(
      [...asked].map(async ([path, { home, ids }]) => [path, await readIssues(home, [...ids], onFault)] as const),
    ),
  );

  const find = ({ reference, id, home, isBare }: (typeof wanted)[number]): Found => {
    if (id === "") return { id, why: `"${reference}" names no issue` };
    const there = home && look(read, home, id);
    if (there?.row || there?.unread) return there;
    const here = isBare ? look(read, town, id) : undefined;
    if (here?.row || here?.unread) return here;
    if (there !== undefined) return there;
    if (routesFault === undefined) return { id, why: `no route leads to ${id}` };
    return { id, why: `no known route leads to ${id}, and ${routesFault.message}`, unread: true };
  };
  return new Map(wanted.map((one) => [one.reference, find(one)]));
}

function look(read: Read, home: Home, id: string): Found {
  const rows = read.get(home.path);
  const { rig } = home;
  if (rows === undefined) return { id };
  if (rows instanceof DatabaseError) return { id, rig, why: `${id} cannot be read: ${rows.message}`, unread: true };
  const row = rows.get(id);
  if (row) return { id, row, rig };
  return { id, rig, why: `${id} is gone: there is no such issue in ${rig}`, goneFrom: home };
}

async function readIssues(
  home: Home,
  ids: readonly string[],
  onFault: FaultListener,
): Promise<ReadonlyMap<string, IssueRow> | DatabaseError> {
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
  /** Takes note of what references lead to, and asks the databases about those that are gone. */
  note(found: Iterable<Found>): Promise<void>;
  /** What a reference of a convoy leads to, with what is known of it if it is gone. */
  explain(convoy: string, found: Found): Found;
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
    const answer = await ask(home, (database) => database.gone?.(ids));
    const known = answer instanceof DatabaseError ? undefined : answer;
    for (const id of ids) gone.set(id, { since: gone.get(id)?.since ?? now(), askedAt: now(), known: known?.get(id) });
  };

  return {
    async note(found) {
      const wanted = new Map<Home, Set<string>>();
      for (const { id, row, goneFrom } of found) {
        if (row !== undefined) remember(id, row);
        if (goneFrom === undefined || done.get(id) !== undefined) continue;
        if (now() - (gone.get(id)?.askedAt ?? Number.NEGATIVE_INFINITY) < ASK_EVERY) continue;
        wanted.set(goneFrom, (wanted.get(goneFrom) ?? new Set()).add(id));
      }
      await Promise.all([...wanted].map(([home, ids]) => askAbout(home, [...ids])));
    },
    explain(convoy, found) {
      if (found.goneFrom === undefined) return found;
      const { id, rig, why } = found;
      const { since, known } = gone.get(id) ?? {};
      const row = done.get(id) ?? known?.row;
      if (row !== undefined && isDone(row.status)) return { id, row, ...(rig !== undefined && { rig }) };
      const words = [
        why ?? `${id} is gone`,
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
