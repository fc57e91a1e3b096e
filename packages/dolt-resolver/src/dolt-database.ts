import { DatabaseError, type IssueDatabase, type OpenConvoys } from "@gastown/convoy-core";
import { answersBy, toOpenConvoys } from "@gastown/sql";
import { addressOf, type DoltStore, type Environment } from "@gastown/town-files";
import { doltError } from "./faults.ts";
import { createIdentity, doneStatusesOf, goneIssues, openDatabase, type Opening, schemaVersion } from "./opening.ts";
import { createDoltServer, type DoltServer, type ServerOptions } from "./server.ts";

/** A beads database on a Dolt SQL server. */
export interface DoltDatabase extends IssueDatabase {
  /**
   * The server that has it now.
   *
   * @internal
   */
  server(): DoltServer;
  /**
   * What is there to ask.
   *
   * @internal
   * @throws {DatabaseError} when it cannot be opened
   */
  opening(): Promise<Opening>;
}

/** Tells servers apart without their addresses. */
const serials = new WeakMap<DoltServer, number>();
let lastSerial = 0;

/**
 * @param locate the server, which may move
 * @param database its name there
 * @param projectId what it must call its project, if that is known
 */
export function createDoltDatabase(locate: () => DoltServer, database: string, projectId?: string): DoltDatabase {
  const identify = createIdentity(database, projectId);
  let opened: Opening | undefined;
  let changes = 0;
  /** All that is open, as it was at that revision: the feed and the index of what is tracked ask for it after every commit. */
  let kept: { readonly revision: string; readonly open: Promise<OpenConvoys> } | undefined;

  /** A schema that changed under us (a migration) shows as a missing column: it is looked at anew, once. */
  const read = async <T>(query: (opening: Opening) => Promise<T>): Promise<T> => {
    for (let retried = false; ; retried = true) {
      let at: Opening | undefined;
      try {
        opened = at = await openDatabase(locate(), database, opened);
        await identify(at.server);
        const result = await query(at);
        // The connection may have been made for this very read.
        await identify(at.server);
        return result;
      } catch (error) {
        if (!(error instanceof DatabaseError) || !/^(?:foreign|missing)$/.test(error.fault)) throw error;
        if (at !== undefined) at.server.schemas.doubt(at.columns);
        if (retried || error.fault === "missing") throw error;
      }
    }
  };

  const withTracks = <T>(query: (opening: Opening) => Promise<T>): Promise<T> =>
    read((at) => {
      if (at.shape.dependencies === false)
        throw doltError("foreign", database, "it has no table dependencies of a form that this program knows");
      // Every bd that knows Dolt makes them. While one is away, a convoy that has an owner looks like one that may land.
      const unlabelled = !at.shape.labels ? "labels" : at.shape.wisps?.labels === false ? "wisp_labels" : undefined;
      if (unlabelled !== undefined)
        throw doltError("foreign", database, `it has no table ${unlabelled}(issue_id, label)`);
      return query(at);
    });

  const revision = async (): Promise<string> => {
    const server = locate();
    const [hash] = (await server.isDolt(database)) ? await server.workingSets([database]) : [];
    if (!serials.has(server)) serials.set(server, (lastSerial += 1));
    // Without a hash nothing says that all is as it was, so that it never is.
    return `${serials.get(server)}:${hash ?? `#${(changes += 1)}`}`;
  };

  return {
    name: database,
    server: locate,
    opening: () => read(async (at) => at),
    revision,
    schema: () => read((at) => schemaVersion(at.server, database)),
    doneStatuses: () => read((at) => doneStatusesOf(at.server, database)),
    gone: (ids) => read((at) => goneIssues(at, ids)),
    ...answersBy({
      rows: (question, ids) => read((at) => at.ask(question, ids)),
      convoyRows: (question, ids) => withTracks(async (at) => (await at.ask(question, ids)) ?? []),
    }),
    async openWithTracks() {
      const now = await revision();
      if (kept?.revision === now) return kept.open;
      const open = withTracks(async (at) => toOpenConvoys(await at.rows(at.queries.openWithTracks)));
      const keeping = { revision: now, open };
      kept = keeping;
      open.catch(() => {
        if (kept === keeping) kept = undefined;
      });
      return open;
    },
  };
}

/** How long a server's address may be relied on, in milliseconds: gt may start it on another port. */
const ADDRESS_FOR = 2_000;
/** How long it may be relied on that there is no address, in milliseconds: a server may be about to start. */
const FAILED_FOR = 500;

/** Which town, and what its servers are asked with. */
export interface DoltTownOptions extends ServerOptions {
  /** Root of the town. */
  readonly town: string;
  /** Where gt and bd say how a server is reached. */
  readonly env: Environment;
}

/** The Dolt databases of a town: one object for each, one pool of connections for each server. */
export interface DoltTown {
  /** Fails with a `DatabaseError` for a store that no server holds. */
  open(store: DoltStore): DoltDatabase;
  /** Ends all connections. */
  close(): Promise<void>;
}

interface Opened {
  readonly key: string;
  readonly database: DoltDatabase;
  /** The server it was last found on. */
  server: DoltServer;
}

/** Connects to nothing until a database is read. */
export function createDoltTown({ town, env, clock, random }: DoltTownOptions): DoltTown {
  const servers = new Map<string, DoltServer>();
  /** By the directory that names it, or leads to it: one whose metadata change is another database from then on. */
  const opened = new Map<string, Opened>();
  const failed = new Map<string, { readonly key: string; readonly error: DatabaseError; readonly at: number }>();

  const serverOf = (store: DoltStore): DoltServer => {
    const { server: address } = addressOf(store, town, env);
    const key = JSON.stringify(address);
    let server = servers.get(key);
    if (server === undefined) servers.set(key, (server = createDoltServer(address, { clock, random })));
    return server;
  };

  /** Servers come and go with their ports. */
  const closeUnused = (): void => {
    const used = new Set([...opened.values()].map(({ server }) => server));
    for (const [key, server] of servers) {
      if (used.has(server)) continue;
      servers.delete(key);
      void server.close();
    }
  };

  const openNow = (store: DoltStore, key: string): DoltDatabase => {
    const { database, projectId } = addressOf(store, town, env);
    let locatedAt = clock.now();
    const locate = (): DoltServer => {
      if (clock.now() - locatedAt > ADDRESS_FOR) {
        locatedAt = clock.now();
        const server = serverOf(store);
        if (server !== entry.server) {
          entry.server = server;
          if (opened.get(store.source) === entry) closeUnused();
        }
      }
      return entry.server;
    };
    const entry: Opened = { key, database: createDoltDatabase(locate, database, projectId), server: serverOf(store) };
    opened.set(store.source, entry);
    closeUnused();
    return entry.database;
  };

  return {
    open(store) {
      const key = JSON.stringify(store);
      const known = opened.get(store.source);
      if (known?.key === key) return known.database;
      const fault = failed.get(store.source);
      if (fault?.key === key && clock.now() - fault.at < FAILED_FOR) throw fault.error;
      try {
        return openNow(store, key);
      } catch (error) {
        if (error instanceof DatabaseError) failed.set(store.source, { key, error, at: clock.now() });
        throw error;
      }
    },
    async close() {
      opened.clear();
      const all = [...servers.values()];
      servers.clear();
      await Promise.all(all.map((server) => server.close()));
    },
  };
}
