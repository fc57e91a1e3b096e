import {
  type Home,
  type IssueChange,
  isDone,
  openWithTracks,
  parseReference,
  routeOf,
  type TownDatabases,
} from "@gastown/convoy-core";

/** One thing that was done to an issue, as a history has it. */
export interface IssueEvent {
  readonly issue_id: string;
  readonly event_type: string;
  /** Of the issue as it is now; null when there is none. */
  readonly status: string | null;
}

/** An event only says that something happened; the issue says what is. */
export function changesOf(events: readonly IssueEvent[]): IssueChange[] {
  const byIssue = Map.groupBy(
    events.filter((event) => typeof event.issue_id === "string"),
    (event) => event.issue_id,
  );
  return [...byIssue].map(([issue, of]) => {
    const closed = of.some(({ status }) => status !== null && isDone(status));
    const reopened = !closed && of.some(({ event_type }) => event_type === "reopened");
    return { issue, closed, ...(reopened && { reopened }) };
  });
}

/**
 * What the open convoys wait for, place by place, and how it stood when last looked at. It finds changes that left no
 * row in `events`: schemas without that table, rows written by hand, deletions. Reads fail with a `DatabaseError`.
 */
export interface Awaited {
  /** Convoys that are new, or track other things, since this was last asked. */
  convoys(): Promise<IssueChange[]>;
  /** Compares what is awaited of a place with how it stood. What is new to the list has changed only if it is done. */
  issues(place: Pick<Home, "path" | "open">): Promise<IssueChange[]>;
  /**
   * Changes of a place as its events tell of them, which are known from then on. Any event of an issue that is done looks
   * like a close: of one that was known to be done before it is a change like others.
   */
  seen(path: string, changes: readonly IssueChange[]): IssueChange[];
  /** Whether an open convoy tracked anything when last asked. */
  any(): boolean;
}

/** Knows nothing at first: what is done already when it first looks, it tells. */
export function createAwaited(databases: () => Promise<TownDatabases>): Awaited {
  let revision: string | undefined;
  let ids = new Map<string, string[]>();
  let convoys = new Map<string, string>();
  const statuses = new Map<string, Map<string, string>>();
  const words = new Map<string, string>();
  /** The database makes a new string for each row; there are few statuses and many rows. */
  const one = (status: string): string => words.get(status) ?? (words.set(status, status), status);

  return {
    any: () => ids.size > 0,

    seen(path, changes) {
      const known = statuses.get(path);
      return changes.map((change) => {
        const was = change.closed ? known?.get(change.issue) : undefined;
        if (was === undefined) return change;
        known?.set(change.issue, "closed");
        return isDone(was) ? { ...change, closed: false } : change;
      });
    },

    async convoys() {
      const { town, homes } = await databases();
      const database = await town.open();
      const now = `${homes.map((home) => home.prefix + home.path).join()} ${await database.revision()}`;
      if (now === revision) return [];
      const first = revision === undefined;
      const { convoys: open, tracks } = await openWithTracks(database);
      const present = new Map(open.map((row) => [row.id, [row.status]]));
      for (const { convoy, reference } of tracks) present.get(convoy)?.push(reference);
      const before = convoys;
      // Joined at once: a string that grows piece by piece keeps all its pieces.
      convoys = new Map([...present].map(([id, parts]) => [id, parts.join("\n")]));
      ids = placesOf(
        tracks.map((row) => row.reference),
        homes,
        town.path,
      );
      revision = now;
      words.clear();
      if (first) return [];
      return [...convoys].filter(([id, what]) => before.get(id) !== what).map(([issue]) => ({ issue, closed: false }));
    },

    async issues(place) {
      const wanted = ids.get(place.path) ?? [];
      const rows = wanted.length === 0 ? [] : await (await place.open()).issues(wanted);
      const now = new Map(rows.map((row) => [row.id, one(row.status)]));
      const known = statuses.get(place.path);
      statuses.set(place.path, now);
      if (known === undefined) return [];
      return wanted.flatMap((issue) => {
        const was = known.get(issue);
        const is = now.get(issue);
        const done = is !== undefined && isDone(is);
        const before = was !== undefined && isDone(was);
        if (was === is || (was === undefined && !done) || (done && before)) return [];
        return [{ issue, closed: done && was !== undefined }];
      });
    },
  };
}

function placesOf(references: readonly string[], homes: TownDatabases["homes"], town: string): Map<string, string[]> {
  const places = new Map<string, Set<string>>();
  const put = (path: string, id: string): void =>
    void (places.get(path) ?? places.set(path, new Set()).get(path))?.add(id);
  for (const reference of references) {
    const { id, project } = parseReference(reference);
    if (id === "") continue;
    const home = routeOf(homes, id);
    if (home) put(home.path, id);
    if (project === undefined) put(town, id);
  }
  return new Map([...places].map(([path, set]) => [path, [...set]]));
}
