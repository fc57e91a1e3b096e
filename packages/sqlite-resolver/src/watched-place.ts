import { type Clock, DatabaseError, type HintChannel, type IssueChange, type WorkQueue } from "@gastown/convoy-core";
import type { Awaited } from "@gastown/sql";
import { createDatabaseCursor, type DatabaseCursor, type News } from "./database-cursor.ts";
import { createFileEvents, type WatchDirectory } from "./file-events.ts";
import type { Place, SqliteDatabase, TownFiles } from "./sqlite-database.ts";

/** A file changes a moment before its commit can be read: when to look again, in milliseconds after the last look. */
const LOOK_AGAIN: readonly number[] = [1, 2, 4, 8, 15, 30, 60, 120];
/** Shortest time between two comparisons of all that is awaited in a database. */
const COMPARE_EVERY = 250;
/** When to compare after changes that explained themselves, or after a comparison that was kept out by a lock. */
const COMPARE_AFTER = 1_000;
/** When to compare after a comparison that failed in another way. */
const COMPARE_FAULTY_AFTER = 5_000;
/** A database is let go of when nothing has happened in it, and nobody has asked it, for so long, in milliseconds. */
const REST_AFTER = 5_000;

/** Something to be done about one place: tells what it finds, faults as well, and never fails by them. */
export type Turn = () => Promise<void>;

/** One place of the town while it is watched. */
export interface WatchedPlace {
  readonly place: Place;
  /** Looks for commits. */
  readonly look: Turn;
  /** Nothing it has said can be relied on: it is opened anew, and everything is to be looked at. */
  doubt(reason: string): void;
  /** Why its files are not watched; undefined when they are, or when there are none. */
  unwatched(): string | undefined;
  /** It is kept in SQLite, or there is a fault that hides what it is kept in. */
  concerns(): boolean;
  close(): void;
}

export interface Surroundings {
  readonly files: TownFiles;
  readonly clock: Clock;
  readonly watchDirectory: WatchDirectory;
  readonly awaited: Awaited;
  readonly channel: HintChannel;
  /** Turns to come: looks, and comparisons of what convoys wait for with how it stood. */
  readonly queue: WorkQueue<Turn>;
}

export function watchPlace(
  place: Place,
  { files, clock, watchDirectory, awaited, channel, queue }: Surroundings,
): WatchedPlace {
  const { rig, path } = place;
  let database: SqliteDatabase | undefined;
  let cursor: DatabaseCursor | undefined;
  let begun = false;
  let looked = false;
  let fault: string | undefined;
  let looks = LOOK_AGAIN.length;
  let comparedAt = Number.NEGATIVE_INFINITY;
  /** When something last happened here, and how often the database had been asked when it was last looked at. */
  let busyAt = Number.NEGATIVE_INFINITY;
  let uses = 0;
  let closed = false;
  const patience = createPatience(clock);

  const lookAgain = (): void => {
    looks = 0;
    queue.add(look);
  };

  const events = createFileEvents(clock, watchDirectory, {
    onTownFile() {
      files.refresh();
      lookAgain();
    },
    onDatabase: lookAgain,
  });

  const moveTo = (present: SqliteDatabase | undefined): void => {
    if (looked) channel.push({ kind: "sweep", reason: `${rig} has moved to another database` });
    database = present;
    cursor = present && createDatabaseCursor(present);
    begun = false;
    patience.end();
  };

  const noteFault = (error: unknown): void => {
    if (!(error instanceof DatabaseError)) throw error;
    // A lock passes by itself, and what happened meanwhile is told then, unless nothing is known of the time before.
    if (error.fault === "locked" && begun) return;
    if (fault === undefined && begun) channel.push({ kind: "sweep", reason: `${rig} cannot be read` });
    fault = error.message;
  };

  const loseHope = (error: unknown): never => {
    if (database !== undefined && error instanceof DatabaseError && error.fault !== "locked") patience.note(database);
    throw error;
  };

  const tell = (changes: readonly IssueChange[]): void => {
    if (changes.length > 0) channel.push({ kind: "issues", changes });
  };

  const news = async (present: SqliteDatabase): Promise<News | undefined> => {
    const seen = present.stamps();
    if (present.resting(seen)) return undefined;
    const asked = present.uses !== uses;
    const found = await cursor?.news();
    uses = present.uses;
    if (asked || found !== undefined) busyAt = clock.now();
    // An open database keeps others from changing its journal mode. Where nothing happens its files say so just as well.
    else if (clock.now() - busyAt >= REST_AFTER && events.unwatched()?.remote !== true) present.rest(seen);
    return found;
  };

  const lookForNews = async (): Promise<void> => {
    const present = place.sqlite();
    if (present !== database) moveTo(present);
    looked = true;
    events.follow(database);
    if (database !== undefined && patience.holds(database)) return;
    const found = database && (await news(database).catch(loseHope));
    patience.end();
    if (fault !== undefined) {
      fault = undefined;
      channel.push({ kind: "sweep", reason: `${rig} can be read again` });
    }
    if (database === undefined) return;
    if (found === undefined) {
      const wait = LOOK_AGAIN[looks];
      looks += 1;
      if (wait !== undefined) queue.addAfter(look, wait);
      return;
    }
    looks = LOOK_AGAIN.length;
    begun = true;
    if (found.everything !== undefined) channel.push({ kind: "sweep", reason: found.everything });
    tell(awaited.seen(path, found.changes));
    const explained = found.changes.length > 0;
    queue.addAfter(compare, explained ? COMPARE_AFTER : comparedAt + COMPARE_EVERY - clock.now());
  };

  /** The event of what a comparison has found may have come since the look before it: both are told as one. */
  const tellFound = async (changes: readonly IssueChange[]): Promise<void> => {
    if (changes.length > 0) await look();
    tell(changes);
  };

  const compareAgain = (error: unknown): void => {
    if (!(error instanceof DatabaseError)) throw error;
    queue.addAfter(compare, error.fault === "locked" ? COMPARE_AFTER : COMPARE_FAULTY_AFTER);
  };

  const look: Turn = async () => {
    if (!closed) await lookForNews().catch(noteFault);
  };

  const compare: Turn = async () => {
    if (closed) return;
    // What an event tells of is told as that: the comparison would find it as well, and it would be told twice.
    await look();
    comparedAt = clock.now();
    // What is wrong with the town's own database is told by its own place.
    await awaited.convoys().then(tell, compareAgain);
    if (database !== undefined) await awaited.issues(place).then(tellFound, compareAgain);
  };

  return {
    place,
    look,
    doubt(reason) {
      cursor?.doubt(reason);
      queue.add(look);
    },
    unwatched: () => events.unwatched()?.why,
    concerns: () => database !== undefined || fault !== undefined,
    close() {
      closed = true;
      events.close();
    },
  };
}

/** When to try a database again that cannot be read, for as long as nothing becomes of its files. */
interface Patience {
  /** It could not be read just now. */
  note(database: SqliteDatabase): void;
  /** Whether it is too early to try it again. */
  holds(database: SqliteDatabase): boolean;
  /** It can be read. */
  end(): void;
}

/** Time between two tries, in milliseconds, whatever happens: a little less than between two looks without a reason. */
const SHORTEST = 700;
/** The same where nothing happens: reached by doubling. */
const LONGEST = 12_000;

function createPatience(clock: Clock): Patience {
  let triedAt = Number.NEGATIVE_INFINITY;
  let wait = 0;
  let access = "";

  return {
    note(database) {
      const now = accessOf(database);
      wait = now === access ? Math.min(wait * 2, LONGEST) : SHORTEST;
      access = now;
      triedAt = clock.now();
    },
    holds(database) {
      if (wait === 0) return false;
      const waited = clock.now() - triedAt;
      return waited < SHORTEST || (waited < wait && accessOf(database) === access);
    },
    end() {
      wait = 0;
      access = "";
    },
  };
}

function accessOf(database: SqliteDatabase): string {
  try {
    const { written, modes } = database.stamps();
    return `${written} ${modes}`;
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return error.fault;
  }
}
