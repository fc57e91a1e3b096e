import { backoff, DatabaseError, type HintChannel, type IssueChange } from "@gastown/convoy-core";
import type { Awaited, Place } from "@gastown/sql";
import type { DoltDatabase } from "./dolt-database.ts";
import { createHistory, type HistoryNews } from "./history.ts";

/** How long a fault of one database may be relied on, in milliseconds; longer the longer it lasts, unless its hash moves. */
const RETRY = { base: 500, cap: 30_000, floor: 500 };

/** One place of the town while its database is watched. Each look says whether there was news, or what hindered it. */
export interface WatchedDatabase {
  readonly place: Place;
  readonly database: DoltDatabase;
  /** As the last look found it, set before anything is read; undefined where there is none. */
  hash: string | undefined;
  /**
   * Reads what is new if the hash is another one than after the last good read; where there are no hashes, reads the events
   * each time, and compares every so many milliseconds.
   */
  follow(awaited: Awaited, channel: HintChannel, every?: number): Promise<boolean | DatabaseError>;
  /** It can't be read: looked at by a sweep once, since what depends on it can't be judged any more. */
  noteFault(error: DatabaseError, channel: HintChannel): void;
}

const NO_NEWS: HistoryNews = { changes: [], overrun: false };

interface Failure {
  readonly error: DatabaseError;
  /** In a row. */
  readonly count: number;
  readonly at: number;
  readonly hash: string | undefined;
}

/**
 * @param now milliseconds, monotonic
 * @param novelty why to sweep once its changes are followed, if it is new to the town
 */
export function watchDatabase(
  place: Place,
  database: DoltDatabase,
  now: () => number,
  novelty?: string,
): WatchedDatabase {
  const history = createHistory(database, now);
  let known: string | undefined;
  let begun = false;
  let faulty = false;
  let failure: Failure | undefined;
  let comparedAt = Number.NEGATIVE_INFINITY;

  const noteFault = (error: DatabaseError, channel: HintChannel): void => {
    if (!faulty && begun && error.fault !== "locked")
      channel.push({ kind: "sweep", reason: `${place.rig} cannot be read` });
    if (error.fault !== "locked") faulty = true;
  };

  /** What is wrong with the town's own database is told by its own place, and hides nothing of the others. */
  const newConvoys = async (awaited: Awaited): Promise<IssueChange[]> => {
    try {
      return await awaited.convoys();
    } catch (error) {
      if (!(error instanceof DatabaseError) || place.path === ".") throw error;
      return [];
    }
  };

  /**
   * The history first, since it names issues that nobody awaits, and reopenings; then what is awaited, which is the truth;
   * and the history once more: the event of what was found may have come in between, and both are told as one.
   */
  const read = async (awaited: Awaited, channel: HintChannel, compare: boolean): Promise<boolean> => {
    const tell = (changes: readonly IssueChange[]): void => {
      if (changes.length > 0) channel.push({ kind: "issues", changes });
    };
    const before = await history();
    const changes = awaited.seen(place.path, before.changes);
    tell(changes);
    const found = compare ? [...(await newConvoys(awaited)), ...(await awaited.issues(place))] : [];
    // What has been compared will not be found again: it is told before that fault is.
    const late = found.length > 0 ? await history().catch(asFault) : NO_NEWS;
    const after = late instanceof DatabaseError ? NO_NEWS : late;
    tell(awaited.seen(place.path, after.changes));
    if (before.overrun || after.overrun) channel.push({ kind: "sweep", reason: `${place.rig} has many new events` });
    else if (!begun && novelty !== undefined) channel.push({ kind: "sweep", reason: novelty });
    else if (faulty) channel.push({ kind: "sweep", reason: `${place.rig} can be read again` });
    tell(found);
    faulty = false;
    begun = true;
    if (late instanceof DatabaseError) throw late;
    return changes.length + found.length > 0;
  };

  /** What has changed since the last good read. */
  const look = async (awaited: Awaited, channel: HintChannel, every: number | undefined): Promise<boolean> => {
    if (every !== undefined) {
      const due = now() - comparedAt >= every;
      const news = await read(awaited, channel, due);
      if (due) comparedAt = now();
      return news;
    }
    const { hash } = watched;
    if (hash !== undefined && hash === known && !faulty) return false;
    // Without a hash the server does not know it: a read says why.
    await read(awaited, channel, true);
    const news = known !== hash;
    known = hash;
    return news;
  };

  const watched: WatchedDatabase = {
    place,
    database,
    hash: undefined,
    noteFault,
    async follow(awaited, channel, every) {
      const { hash } = watched;
      // What can't be read now is not asked for at every look.
      if (failure !== undefined) {
        const lasting = failure.error.fault !== "locked" && hash === failure.hash;
        if (now() - failure.at < (lasting ? backoff(RETRY, failure.count, 1) : RETRY.floor)) return failure.error;
      }
      try {
        const outcome = await look(awaited, channel, every);
        failure = undefined;
        return outcome;
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        noteFault(error, channel);
        failure = { error, count: (failure?.count ?? 0) + 1, at: now(), hash };
        return error;
      }
    },
  };
  return watched;
}

function asFault(error: unknown): DatabaseError {
  if (error instanceof DatabaseError) return error;
  throw error;
}
