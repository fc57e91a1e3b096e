import type { Home, IssueDatabase, OwnOpening, TownDatabases } from "./issue-database.ts";

/**
 * Reads over the databases of a town. `fresh`: each is opened for this read, once, and closed after it, so that what is
 * wrong with an opening that has been there for long is not wrong with this one.
 */
export async function over<T>(
  databases: TownDatabases,
  fresh: boolean,
  read: (databases: TownDatabases) => Promise<T>,
): Promise<T> {
  if (!fresh) return read(databases);
  const opened = new Map<IssueDatabase, Promise<OwnOpening>>();
  const afresh = (home: Home): Home => ({
    ...home,
    async open() {
      const shared = await home.open();
      if (shared.fresh === undefined) return shared;
      const opening = opened.get(shared) ?? shared.fresh();
      opened.set(shared, opening);
      return opening;
    },
  });
  try {
    return await read({ ...databases, town: afresh(databases.town), homes: databases.homes.map(afresh) });
  } finally {
    for (const opening of await Promise.allSettled(opened.values()))
      if (opening.status === "fulfilled") opening.value.close();
  }
}
