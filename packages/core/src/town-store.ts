import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { DatabaseError, messageOf } from "./errors.ts";
import type { ConvoyRow, IssueDatabase, IssueRow, TrackRow } from "./issue-database.ts";
import type { ConvoyStore } from "./ports.ts";
import { parseReference } from "./references.ts";
import { type Route, routeOf } from "./routes.ts";
import { isDone, isStaged } from "./status.ts";
import { createTrackingIndex } from "./tracking-index.ts";

export type { ConvoyRow, IssueDatabase, IssueRow, TrackRow } from "./issue-database.ts";

/** Where issues with a prefix live. */
export interface Home extends Route {
  /** Name of the rig; `town` for the town itself. */
  readonly rig: string;
  /** Its database. Throws a `DatabaseError` when it can't be opened. */
  open(): Promise<IssueDatabase>;
}

/** The databases of a town as they are now. */
export interface TownDatabases {
  readonly town: Home;
  /** One for each route. */
  readonly homes: readonly Home[];
}

interface Found {
  readonly row?: IssueRow;
  readonly rig?: string;
  readonly why?: string;
  /** The database could not be read, so that nothing follows from the missing row. */
  readonly unread?: boolean;
}

/** What a store may be told beside its databases. */
export interface TownStoreOptions {
  /** Told after each read of a rig's database: what went wrong, or that nothing did. */
  readonly onFault?: (rig: string, error: DatabaseError | undefined) => void;
}

/**
 * A store over all databases of a town: convoys from the town's own, each tracked issue from the database it lives in.
 *
 * @param databases asked before every read, so that a rig added later is seen
 */
export function createTownStore(
  databases: () => Promise<TownDatabases>,
  { onFault }: TownStoreOptions = {},
): ConvoyStore {
  const index = createTrackingIndex();

  return {
    async revision() {
      const { town, homes } = await databases();
      const parts = await Promise.all([town, ...homes].map(revisionOf));
      return parts.includes(undefined) ? undefined : parts.join("\n");
    },

    async openConvoys() {
      const { town } = await databases();
      return (await (await town.open()).openConvoys()).map((row) => row.id);
    },

    async convoysTracking(issues) {
      const { town } = await databases();
      return index.lookUp(await town.open(), issues);
    },

    async readConvoys(ids) {
      const { town, homes } = await databases();
      const database = await town.open();
      const convoys = await database.convoys(ids);
      const tracks = await database.tracks(convoys.map((row) => row.id));
      const find = await findIssues(tracks, homes, town, onFault);
      const tracked = new Map<string, TrackedIssue[]>(convoys.map((row) => [row.id, []]));
      for (const { convoy, reference } of tracks) tracked.get(convoy)?.push(trackedIssue(reference, find(reference)));
      return new Map(convoys.map((row) => [row.id, snapshot(row, tracked.get(row.id) ?? [])]));
    },

    async closedConvoys() {
      const { town } = await databases();
      return (await (await town.open()).closedConvoys?.()) ?? [];
    },

    async closedConvoysTracking(issue) {
      const { town } = await databases();
      return (await town.open()).closedConvoysTracking(issue);
    },
  };
}

async function revisionOf({ prefix, path, open }: Home): Promise<string | undefined> {
  try {
    const database = await open();
    return JSON.stringify([prefix, path, database.name, await database.revision()]);
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return undefined;
  }
}

function snapshot(row: ConvoyRow, tracked: readonly TrackedIssue[]): ConvoySnapshot {
  return { ...row, open: !isDone(row.status), staged: isStaged(row.status), tracked };
}

function trackedIssue(reference: string, { row, rig, why }: Found): TrackedIssue {
  const { id } = parseReference(reference);
  const known = rig === undefined ? {} : { rig };
  if (row === undefined) return { reference, id, state: "unknown", why: why ?? `${id} cannot be judged`, ...known };
  return { ...row, reference, id, state: isDone(row.status) ? "done" : "open", ...known };
}

/** Reads every referenced issue once, a query for each database, and returns how to find one again. */
async function findIssues(
  tracks: readonly TrackRow[],
  homes: readonly Home[],
  town: Home,
  onFault: TownStoreOptions["onFault"],
): Promise<(reference: string) => Found> {
  const routed = new Map<string, Home | undefined>();
  const bare = new Set<string>();
  for (const { reference } of tracks) {
    const { id, project } = parseReference(reference);
    if (id === "") continue;
    if (!routed.has(id)) routed.set(id, routeOf(homes, id));
    if (project === undefined) bare.add(id);
  }

  const wanted = new Map<string, { home: Home; ids: string[] }>();
  const want = (home: Home, id: string): void => {
    const entry = wanted.get(home.path);
    if (entry) entry.ids.push(id);
    else wanted.set(home.path, { home, ids: [id] });
  };
  for (const [id, home] of routed) {
    if (home) want(home, id);
    if (bare.has(id) && home?.path !== town.path) want(town, id);
  }
  const read = new Map<string, Map<string, IssueRow> | string>();
  await Promise.all(
    [...wanted].map(async ([path, { home, ids }]) => {
      read.set(path, await readIssues(home, ids, onFault));
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
    return there ?? { why: `no route leads to ${id}` };
  };
}

function look(read: ReadonlyMap<string, Map<string, IssueRow> | string>, home: Home, id: string): Found {
  const rows = read.get(home.path);
  if (rows === undefined) return {};
  if (typeof rows === "string") return { rig: home.rig, why: `${id} cannot be read: ${rows}`, unread: true };
  const row = rows.get(id);
  return row ? { row, rig: home.rig } : { rig: home.rig, why: `${id} is gone: there is no such issue in ${home.rig}` };
}

async function readIssues(
  home: Home,
  ids: readonly string[],
  onFault: TownStoreOptions["onFault"],
): Promise<Map<string, IssueRow> | string> {
  try {
    const rows = await (await home.open()).issues(ids);
    onFault?.(home.rig, undefined);
    return new Map(rows.map((row) => [row.id, row]));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    onFault?.(home.rig, error);
    return messageOf(error);
  }
}
