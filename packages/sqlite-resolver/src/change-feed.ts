import {
  type ActivitySource,
  type Clock,
  type Hint,
  type HintChannel,
  hintsWhile,
  WorkQueue,
} from "@gastown/convoy-core";
import { createAwaited } from "@gastown/sql";
import { watchDirectory, type WatchDirectory } from "./file-events.ts";
import type { TownFiles } from "./sqlite-database.ts";
import { type Surroundings, type Turn, type WatchedPlace, watchPlace } from "./watched-place.ts";

/**
 * How often every database is looked at although no file has changed: what the system does not tell is found by this,
 * within the second that is promised. It is most of what a watcher at rest costs.
 */
const TICK = 750;
/** The same where the system can't tell of changes. */
const POLL = 100;

/** What the feed needs. */
export interface ChangeFeedOptions {
  readonly files: TownFiles;
  readonly clock: Clock;
  /** The system's own by default. */
  readonly watchDirectory?: WatchDirectory;
}

/** A source of hints from the database files themselves: commits by any process, however it came to them. */
export function createChangeFeed(options: ChangeFeedOptions): ActivitySource {
  const running = new Set<() => void>();
  return {
    name: "db",
    hints: (signal) => hintsWhile(signal, (channel, until) => run(options, channel, until, running)),
    reopen: () => {
      for (const doubt of running) doubt();
    },
  };
}

async function run(
  { files, clock, watchDirectory: watch = watchDirectory }: ChangeFeedOptions,
  channel: HintChannel,
  signal: AbortSignal,
  running: Set<() => void>,
): Promise<void> {
  const queue = new WorkQueue<Turn>(clock);
  const surroundings: Surroundings = {
    files,
    clock,
    watchDirectory: watch,
    awaited: createAwaited(files.databases),
    channel,
    queue,
  };
  const watched = new Map<string, WatchedPlace>();
  const tell = (): void => channel.push(stateOf([...watched.values()]));
  const end = new AbortController();

  const take = async (turn: Turn): Promise<void> => {
    await turn();
    queue.done(turn);
  };

  const lookAtAll = (): void => {
    updatePlaces(watched, surroundings);
    for (const { look } of watched.values()) queue.add(look);
  };

  const work = async (): Promise<void> => {
    for (;;) {
      const [turn] = await queue.take(1);
      if (turn === undefined || signal.aborted) return;
      await take(turn);
    }
  };

  const tick = async (until: AbortSignal): Promise<void> => {
    for (;;) {
      await clock.sleep([...watched.values()].some((entry) => entry.unwatched() !== undefined) ? POLL : TICK, until);
      if (until.aborted) return queue.shutDown();
      const before = new Set(watched.keys());
      lookAtAll();
      if ([...watched.keys()].some((path) => !before.has(path)))
        channel.push({ kind: "sweep", reason: "routes.jsonl names another rig" });
      tell();
    }
  };

  const doubt = (): void => {
    for (const entry of watched.values()) entry.doubt("what was read last was not what is there");
  };

  try {
    running.add(doubt);
    lookAtAll();
    while (queue.busy > 0 && !signal.aborted) for (const turn of await queue.take(1)) await take(turn);
    tell();
    await Promise.all([work(), tick(AbortSignal.any([signal, end.signal]))]);
  } finally {
    running.delete(doubt);
    end.abort();
    queue.shutDown();
    for (const entry of watched.values()) entry.close();
  }
}

function updatePlaces(watched: Map<string, WatchedPlace>, surroundings: Surroundings): void {
  const places = new Map(surroundings.files.places().map((place) => [place.path, place]));
  for (const [path, entry] of watched) {
    if (places.get(path) === entry.place) continue;
    entry.close();
    watched.delete(path);
  }
  for (const [path, place] of places) if (!watched.has(path)) watched.set(path, watchPlace(place, surroundings));
}

/** How the databases are watched. */
function stateOf(entries: readonly WatchedPlace[]): Hint {
  if (!entries.some((entry) => entry.concerns()))
    return { kind: "state", state: "unavailable", detail: "no database of this town is a SQLite file" };
  const unwatched = new Set(entries.map((entry) => entry.unwatched()).filter((why) => why !== undefined));
  const detail = `polling every ${POLL} ms: ${[...unwatched].join("; ")}`;
  return { kind: "state", state: "up", ...(unwatched.size > 0 && { detail }) };
}
