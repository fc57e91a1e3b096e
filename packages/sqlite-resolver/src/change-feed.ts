import { dirname } from "node:path";
import {
  type ActivitySource,
  type Clock,
  createHintChannel,
  DatabaseError,
  type Hint,
  type HintChannel,
  WorkQueue,
} from "@gastown/convoy-core";
import { type Awaited, createAwaited } from "./awaited.ts";
import { createDatabaseCursor, type DatabaseCursor } from "./database-cursor.ts";
import type { SqliteDatabase } from "./sqlite-database.ts";
import type { Place, TownFiles } from "./town-databases.ts";
import { directoryIdentity, type DirectoryWatch, watchDirectory, type WatchDirectory } from "./watch-directory.ts";

/** How often every database is looked at although no file has changed: what the system does not tell is found by this. */
const TICK = 500;
/** The same where the system can't tell of changes. */
const POLL = 100;
/** A file changes a moment before its commit can be read: when to look again, in milliseconds after the last look. */
const LOOK_AGAIN: readonly number[] = [1, 2, 4, 8, 15, 30, 60, 120];
/** Shortest time between two comparisons of all that is awaited in a database. */
const COMPARE_EVERY = 250;
/** When to compare after changes that explained themselves. */
const COMPARE_AFTER = 1_000;

export interface ChangeFeedOptions {
  readonly files: TownFiles;
  readonly clock: Clock;
  /** The system's own by default. */
  readonly watchDirectory?: WatchDirectory;
}

/** What is known of one place while it is watched. */
interface Watched {
  readonly place: Place;
  database: SqliteDatabase | undefined;
  cursor: DatabaseCursor | undefined;
  fault: string | undefined;
  watch: DirectoryWatch | undefined;
  watchedDir: string;
  looks: number;
  comparedAt: number;
}

/** A source of hints from the database files themselves: commits by any process, however it came to them. */
export function createChangeFeed(options: ChangeFeedOptions): ActivitySource {
  return {
    name: "db",
    async *hints(signal): AsyncGenerator<Hint> {
      const channel = createHintChannel();
      const feed = run(options, channel, signal).finally(() => channel.end());
      yield* channel;
      await feed;
    },
  };
}

async function run({ files, clock, watchDirectory: watchDir = watchDirectory }: ChangeFeedOptions, channel: HintChannel, signal: AbortSignal): Promise<void> {
  const queue = new WorkQueue<string>(clock);
  const watched = new Map<string, Watched>();
  const awaited = createAwaited(files.databases);
  const tell = createStateTeller(channel, watched);

  const updatePlaces = (): void => {
    const places = new Map(files.places().map((place) => [place.path, place]));
    for (const [path, entry] of watched) {
      if (places.get(path) === entry.place) continue;
      closeWatch(entry);
      watched.delete(path);
    }
    for (const [path, place] of places) if (!watched.has(path)) watched.set(path, newcomer(place));
  };

  const keepWatch = (entry: Watched): void => {
    const dir = entry.database === undefined ? "" : dirname(entry.database.name);
    if (dir === entry.watchedDir && entry.watch?.kind === "watched" && entry.watch.identity === directoryIdentity(dir)) return;
    closeWatch(entry);
    entry.watchedDir = dir;
    if (dir === "" || directoryIdentity(dir) === undefined) return;
    entry.watch = watchDir(dir, (name) => {
      if (name !== undefined && /^(routes\.jsonl|metadata\.json|redirect)$/.test(name)) files.refresh();
      else if (name !== undefined && !/\.db(-wal|-journal)?$/.test(name)) return;
      entry.looks = 0;
      queue.add(entry.place.path);
    });
  };

  const look = async (entry: Watched): Promise<void> => {
    const database = entry.place.sqlite();
    if (database !== entry.database) {
      const moved = entry.cursor !== undefined;
      entry.database = database;
      entry.cursor = database && createDatabaseCursor(database);
      if (moved) channel.push({ kind: "sweep", reason: `${entry.place.rig} has moved to another database` });
    }
    keepWatch(entry);
    if (entry.cursor === undefined) return;
    const news = await entry.cursor.news();
    if (entry.fault !== undefined) {
      entry.fault = undefined;
      channel.push({ kind: "sweep", reason: `${entry.place.rig} can be read again` });
    }
    if (news.kind === "nothing") return lookAgain(entry);
    entry.looks = LOOK_AGAIN.length;
    if (news.kind === "everything") {
      channel.push({ kind: "sweep", reason: news.reason });
    } else if (news.changes.length > 0) {
      channel.push({ kind: "issues", changes: news.changes });
      queue.addAfter(`compare ${entry.place.path}`, COMPARE_AFTER);
    } else {
      queue.addAfter(`compare ${entry.place.path}`, Math.max(0, entry.comparedAt + COMPARE_EVERY - clock.now()));
    }
  };

  const lookAgain = (entry: Watched): void => {
    const wait = LOOK_AGAIN[entry.looks];
    entry.looks += 1;
    if (wait !== undefined) queue.addAfter(entry.place.path, wait);
  };

  const turn = async (key: string): Promise<void> => {
    const comparing = key.startsWith("compare ");
    const entry = watched.get(comparing ? key.slice("compare ".length) : key);
    if (entry === undefined) return;
    try {
      if (comparing) await compare(entry, awaited, channel, clock);
      else await look(entry);
    } catch (error) {
      noteFault(entry, error, channel);
    }
  };

  const lookAtAll = async (): Promise<void> => {
    updatePlaces();
    for (const entry of watched.values()) await turn(entry.place.path);
  };

  try {
    await lookAtAll();
    for (const entry of watched.values()) if (entry.fault === undefined) await turn(`compare ${entry.place.path}`);
    tell();
    const working = work(queue, turn, signal);
    while (!signal.aborted) {
      await clock.sleep([...watched.values()].some((entry) => entry.watch?.kind === "unwatched") ? POLL : TICK, signal);
      if (signal.aborted) break;
      const before = watched.size;
      updatePlaces();
      if (watched.size > before) channel.push({ kind: "sweep", reason: "routes.jsonl names another rig" });
      for (const path of watched.keys()) queue.add(path);
      tell();
    }
    queue.shutDown();
    await working;
  } finally {
    for (const entry of watched.values()) closeWatch(entry);
  }
}

async function work(queue: WorkQueue<string>, turn: (key: string) => Promise<void>, signal: AbortSignal): Promise<void> {
  for (;;) {
    const [key] = await queue.take(1);
    if (key === undefined || signal.aborted) return;
    await turn(key);
    queue.done(key);
  }
}

async function compare(entry: Watched, awaited: Awaited, channel: HintChannel, clock: Clock): Promise<void> {
  entry.comparedAt = clock.now();
  const changes = await awaited.compare(entry.place);
  if (changes.length > 0) channel.push({ kind: "issues", changes });
}

function newcomer(place: Place): Watched {
  return {
    place,
    database: undefined,
    cursor: undefined,
    fault: undefined,
    watch: undefined,
    watchedDir: "",
    looks: LOOK_AGAIN.length,
    comparedAt: Number.NEGATIVE_INFINITY,
  };
}

/** A database that stops being readable is looked at by a sweep, once: what depends on it can't be judged any more. */
function noteFault(entry: Watched, error: unknown, channel: HintChannel): void {
  if (!(error instanceof DatabaseError)) throw error;
  if (entry.fault === undefined && entry.cursor !== undefined && error.fault !== "locked") {
    channel.push({ kind: "sweep", reason: `${entry.place.rig} cannot be read` });
  }
  if (error.fault !== "locked") entry.fault = error.message;
}

function closeWatch(entry: Watched): void {
  if (entry.watch?.kind === "watched") entry.watch.close();
  entry.watch = undefined;
}

/** Tells how the databases are watched, once for each change of it. */
function createStateTeller(channel: HintChannel, watched: ReadonlyMap<string, Watched>): () => void {
  let told: string | undefined;
  return () => {
    const entries = [...watched.values()];
    const unwatched = entries.flatMap((entry) => (entry.watch?.kind === "unwatched" ? [entry.watch.why] : []));
    const none = entries.every((entry) => entry.database === undefined && entry.fault === undefined);
    const hint: Hint = none
      ? { kind: "state", state: "unavailable", detail: "no database of this town is a SQLite file" }
      : { kind: "state", state: "up", ...(unwatched.length > 0 && { detail: `polling every ${POLL} ms: ${[...new Set(unwatched)].join("; ")}` }) };
    const now = JSON.stringify(hint);
    if (now === told) return;
    told = now;
    channel.push(hint);
  };
}
