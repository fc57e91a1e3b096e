import { isDone, isStaged } from "./beads.ts";
import type { ConvoySnapshot, TrackedIssue } from "./convoy.ts";
import { DatabaseError } from "./errors.ts";
import { createGoneIssues, findIssues, type Found } from "./find-issues.ts";
import { readMergeRequests, readMergeSources } from "./gated-store.ts";
import { ask, type ConvoyRow, type Home, type IssueDatabase, type TownDatabases } from "./issue-database.ts";
import type { ConvoyStore } from "./ports.ts";
import { createTrackingIndex } from "./tracking-index.ts";

/** What a store may be told beside its databases. */
export interface TownStoreOptions {
  /** Told after each read of a rig's database: what went wrong, or that nothing did. */
  readonly onFault?: (rig: string, error: DatabaseError | undefined) => void;
  /** Milliseconds, monotonic: for how long an issue has been gone. Without it nothing is remembered of one that is. */
  readonly now?: () => number;
}

/**
 * A store over all databases of a town: convoys from the town's own, each tracked issue from the database it lives in.
 *
 * @param databases asked before every read, so that a rig added later is seen
 */
export function createTownStore(
  databases: () => Promise<TownDatabases>,
  { onFault, now }: TownStoreOptions = {},
): ConvoyStore {
  const index = createTrackingIndex();
  const gone = now && createGoneIssues(now);
  let routesFaulty = false;

  const tellRoutes = (fault: DatabaseError | undefined): void => {
    if (fault !== undefined || routesFaulty) onFault?.("routes.jsonl", fault);
    routesFaulty = fault !== undefined;
  };

  return {
    async revision() {
      const { town, homes } = await databases();
      const parts = await Promise.all([town, ...homes].map(revisionOf));
      // A rig that cannot be read counts by its fault; without the town's own database nothing can be said.
      return parts[0]?.fault === undefined ? JSON.stringify(parts) : undefined;
    },

    async openConvoys({ fresh = false } = {}) {
      return over(await databases(), fresh, async ({ town }) =>
        (await (await town.open()).openConvoys()).map((row) => row.id),
      );
    },

    async convoysTracking(issues) {
      const { town } = await databases();
      return index.lookUp(await town.open(), issues);
    },

    async readConvoys(ids, { fresh = false } = {}) {
      return over(await databases(), fresh, async ({ town, homes, routesFault }) => {
        tellRoutes(routesFault);
        const database = await town.open();
        const convoys = await database.convoys(ids);
        const tracks = await database.tracks(convoys.map((row) => row.id));
        const references = tracks.map(({ reference }) => reference);
        const found = await findIssues(references, { town, homes, routesFault }, onFault);
        await gone?.note(found.values());
        const tracked = new Map<string, TrackedIssue[]>(convoys.map((row) => [row.id, []]));
        for (const { convoy, reference } of tracks) {
          const one = found.get(reference);
          if (one !== undefined) tracked.get(convoy)?.push(trackedIssue(reference, gone?.explain(convoy, one) ?? one));
        }
        return new Map(convoys.map((row) => [row.id, snapshot(row, tracked.get(row.id) ?? [])]));
      });
    },

    async closedConvoys() {
      const { town } = await databases();
      return (await (await town.open()).closedConvoys?.()) ?? [];
    },

    async closedConvoysTracking(issue) {
      const { town } = await databases();
      return (await town.open()).closedConvoysTracking(issue);
    },

    async messagesAbout(convoy) {
      const { town } = await databases();
      return (await town.open()).messagesAbout?.(convoy);
    },

    async mergeRequests(issues, { fresh = false } = {}) {
      return over(await databases(), fresh, ({ town, homes }) => readMergeRequests(issues, homes, town));
    },

    async mergeSources(ids) {
      const { town, homes } = await databases();
      return readMergeSources(ids, homes, town);
    },
  };
}

async function revisionOf(home: Home): Promise<Pick<Home, "prefix" | "path"> & { readonly fault?: string }> {
  const { prefix, path } = home;
  const known = await ask(home, async (database) => ({ name: database.name, revision: await database.revision() }));
  return { prefix, path, ...(known instanceof DatabaseError ? { fault: known.fault } : known) };
}

function snapshot(row: ConvoyRow, tracked: readonly TrackedIssue[]): ConvoySnapshot {
  return { ...row, open: !isDone(row.status), staged: isStaged(row.status), tracked };
}

function trackedIssue(reference: string, { id, row, rig, why }: Found): TrackedIssue {
  const known = rig === undefined ? {} : { rig };
  if (row === undefined) return { reference, id, state: "unknown", why: why ?? `${id} cannot be judged`, ...known };
  return { ...row, reference, id, state: isDone(row.status) ? "done" : "open", ...known };
}

/**
 * Reads over the databases of a town. `fresh`: each is opened anew for this read, once, so that what is wrong with an
 * opening that has been there for long is not wrong with this one.
 */
function over<T>(databases: TownDatabases, fresh: boolean, read: (databases: TownDatabases) => Promise<T>): Promise<T> {
  if (!fresh) return read(databases);
  const renewed = new Set<IssueDatabase>();
  const afresh = (home: Home): Home => ({
    ...home,
    async open() {
      const database = await home.open();
      if (!renewed.has(database)) database.renew?.();
      renewed.add(database);
      return database;
    },
  });
  return read({ ...databases, town: afresh(databases.town), homes: databases.homes.map(afresh) });
}
