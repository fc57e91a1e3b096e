import { type Clock, DatabaseError } from "@gastown/convoy-core";
import { addressOf, type DoltStore } from "@gastown/town-files";
import { createDoltDatabase, type DoltDatabase } from "./dolt-database.ts";
import { createDoltServer, type DoltServer } from "./server.ts";

/** How long a server's address may be relied on, in milliseconds: gt may start it on another port. */
const ADDRESS_FOR = 2_000;
/** How long it may be relied on that there is no address, in milliseconds: a server may be about to start. */
const FAILED_FOR = 500;

/** Which town, and what its servers are asked with. */
export interface DoltTownOptions {
  /** Root of the town. */
  readonly town: string;
  /** Where gt and bd say how a server is reached. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Monotonic. */
  readonly clock: Pick<Clock, "now">;
  /** A number in [0, 1) for jitter. */
  readonly random: () => number;
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
