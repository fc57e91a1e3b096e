import { dirname } from "node:path";
import { type Clock, DatabaseError, type HintChannel, type IssueChange, type WorkQueue } from "@gastown/convoy-core";
import type { Awaited } from "./awaited.ts";
import { createDatabaseCursor, type DatabaseCursor } from "./database-cursor.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import type { Place, TownFiles } from "./town-databases.ts";
import { directoryIdentity, type DirectoryWatch, type WatchDirectory } from "./watch-directory.ts";

/** A file changes a moment before its commit can be read: when to look again, in milliseconds after the last look. */
const LOOK_AGAIN: readonly number[] = [1, 2, 4, 8, 15, 30, 60, 120];
/** Shortest time between two comparisons of all that is awaited in a database. */
const COMPARE_EVERY = 250;
/** When to compare after changes that explained themselves, or after a comparison that was kept out by a lock. */
const COMPARE_AFTER = 1_000;

/** One place of the town while it is watched. Both turns tell what they find, faults as well, and never fail by them. */
export interface WatchedPlace {
  readonly place: Place;
  /** Looks for commits. */
  look(): Promise<void>;
  /** Compares what convoys wait for with how it stood. */
  compare(): Promise<void>;
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
  /** Turns to come: `look` under the key of the place, `compare` under that of its comparison. */
  readonly queue: WorkQueue<string>;
}

/** The key of a comparison; no route path holds a NUL. */
export function comparisonOf(path: string): string {
  return `\0${path}`;
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
  let watch: DirectoryWatch | undefined;
  let watchedDir = "";
  let looks = LOOK_AGAIN.length;
  let comparedAt = Number.NEGATIVE_INFINITY;

  const closeWatch = (): void => {
    if (watch?.kind === "watched") watch.close();
    watch = undefined;
  };

  const onChange = (name: string | undefined): void => {
    if (name !== undefined && /^(routes\.jsonl|metadata\.json|redirect)$/.test(name)) files.refresh();
    else if (name !== undefined && !/\.db(-wal|-journal)?$/.test(name)) return;
    looks = 0;
    queue.add(path);
  };

  const keepWatch = (): void => {
    const dir = database === undefined ? "" : dirname(database.name);
    if (dir === watchedDir && watch?.kind === "watched" && watch.alive() && watch.identity === directoryIdentity(dir))
      return;
    closeWatch();
    watchedDir = dir;
    if (dir !== "" && directoryIdentity(dir) !== undefined) watch = watchDirectory(dir, onChange);
  };

  const moveTo = (present: SqliteDatabase | undefined): void => {
    if (looked) channel.push({ kind: "sweep", reason: `${rig} has moved to another database` });
    database = present;
    cursor = present && createDatabaseCursor(present);
    begun = false;
  };

  const noteFault = (error: unknown): void => {
    if (!(error instanceof DatabaseError)) throw error;
    // A lock passes by itself, and what happened meanwhile is told then, unless nothing is known of the time before.
    if (error.fault === "locked" && begun) return;
    if (fault === undefined && begun) channel.push({ kind: "sweep", reason: `${rig} cannot be read` });
    fault = error.message;
  };

  const tell = (changes: readonly IssueChange[]): void => {
    if (changes.length > 0) channel.push({ kind: "issues", changes });
  };

  const lookForNews = async (): Promise<void> => {
    const present = place.sqlite();
    if (present !== database) moveTo(present);
    looked = true;
    keepWatch();
    const news = await cursor?.news();
    if (fault !== undefined) {
      fault = undefined;
      channel.push({ kind: "sweep", reason: `${rig} can be read again` });
    }
    if (news === undefined) return;
    if (news.kind === "nothing") {
      const wait = LOOK_AGAIN[looks];
      looks += 1;
      if (wait !== undefined) queue.addAfter(path, wait);
      return;
    }
    looks = LOOK_AGAIN.length;
    begun = true;
    if (news.kind === "everything") channel.push({ kind: "sweep", reason: news.reason });
    if (news.kind === "changed") {
      tell(news.changes);
      awaited.note(path, news.changes);
    }
    const explained = news.kind === "changed" && news.changes.length > 0;
    queue.addAfter(comparisonOf(path), explained ? COMPARE_AFTER : comparedAt + COMPARE_EVERY - clock.now());
  };

  const compareAgainIfLocked = (error: unknown): void => {
    if (!(error instanceof DatabaseError)) throw error;
    if (error.fault === "locked") queue.addAfter(comparisonOf(path), COMPARE_AFTER);
  };

  return {
    place,
    look: () => lookForNews().catch(noteFault),
    async compare() {
      comparedAt = clock.now();
      // What is wrong with the town's own database is told by its own place.
      await awaited.convoys().then(tell, compareAgainIfLocked);
      if (database !== undefined) await awaited.issues(place).then(tell, compareAgainIfLocked);
    },
    unwatched: () => (watch?.kind === "unwatched" ? watch.why : undefined),
    concerns: () => database !== undefined || fault !== undefined,
    close: closeWatch,
  };
}
