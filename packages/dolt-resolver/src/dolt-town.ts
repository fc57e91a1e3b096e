import type { Clock } from "@gastown/convoy-core";
import { addressOf, type DoltStore } from "@gastown/town-files";
import { createDoltDatabase, type DoltDatabase } from "./dolt-database.ts";
import { createDoltServer, type DoltServer } from "./server.ts";

/** How long a server's address may be relied on, in milliseconds: gt may start it on another port. */
const ADDRESS_FOR = 2_000;

/** Which town, and what its servers are asked with. */
export interface DoltTownOptions {
  /** Root of the town. */
  readonly town: string;
  /** Where gt and bd say how a server is reached. */
  readonly env: Readonly<Record<string, string | undefined>>;
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

/** Connects to nothing until a database is read. */
export function createDoltTown({ town, env, clock, random }: DoltTownOptions): DoltTown {
  const servers = new Map<string, DoltServer>();
  const databases = new Map<string, DoltDatabase>();

  const serverOf = (store: DoltStore): DoltServer => {
    const { server: address } = addressOf(store, town, env);
    const key = JSON.stringify(address);
    let server = servers.get(key);
    if (server === undefined) servers.set(key, (server = createDoltServer(address, { clock, random })));
    return server;
  };

  return {
    open(store) {
      const key = JSON.stringify([store.beadsDir, store.metadata]);
      let known = databases.get(key);
      if (known === undefined) {
        const { database } = addressOf(store, town, env);
        let server = serverOf(store);
        let locatedAt = clock.now();
        const locate = (): DoltServer => {
          if (clock.now() - locatedAt > ADDRESS_FOR) {
            locatedAt = clock.now();
            server = serverOf(store);
          }
          return server;
        };
        databases.set(key, (known = createDoltDatabase(locate, database, () => clock.now())));
      }
      return known;
    },
    async close() {
      await Promise.all([...servers.values()].map((server) => server.close()));
      servers.clear();
      databases.clear();
    },
  };
}
