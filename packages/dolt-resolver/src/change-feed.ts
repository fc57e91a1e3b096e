import {
  type ActivitySource,
  type Clock,
  DatabaseError,
  type Hint,
  type HintChannel,
  hintsWhile,
  type TownDatabases,
} from "@gastown/convoy-core";
import { type Awaited, createAwaited, type Place, type TownPlaces } from "@gastown/sql";
import type { DoltTown } from "./dolt-database.ts";
import type { DoltServer } from "./server.ts";
import { type WatchedDatabase, watchDatabase } from "./watched-database.ts";

/** What the feed needs. */
export interface DoltFeedOptions {
  readonly files: TownPlaces;
  readonly dolt: DoltTown;
  /** Monotonic. */
  readonly clock: Clock;
}

/** A source of hints from the Dolt servers of a town: commits by any client, on any machine. */
export function createDoltFeed(options: DoltFeedOptions): ActivitySource {
  return { name: "db", hints: (signal) => hintsWhile(signal, (channel, until) => run(options, channel, until)) };
}

async function run({ files, dolt, clock }: DoltFeedOptions, channel: HintChannel, signal: AbortSignal): Promise<void> {
  const watched = new Map<string, WatchedDatabase>();
  const awaited = createAwaited(() => asLookedAt(files, watched));
  const pace = createPace(clock);
  for (let first = true; !signal.aborted; first = false) {
    const faults = updatePlaces(watched, { files, dolt, clock }, first);
    const looks = await Promise.all(
      [...Map.groupBy(watched.values(), ({ database }) => database.server())].map(([server, entries]) =>
        lookAt(server, entries, awaited, channel, clock),
      ),
    );
    if (signal.aborted) return;
    if (looks.some((look) => look.news)) pace.quicken();
    else pace.took(Math.max(0, ...looks.map((look) => look.took)));
    channel.push(stateOf(watched.size, looks, faults));
    await clock.sleep(watched.size === 0 ? SLOWEST : pace.next(awaited.any()), signal);
  }
}

/** Takes up new places and lets go of those that are no more, or no longer on Dolt. Gives those that can't be opened. */
function updatePlaces(
  watched: Map<string, WatchedDatabase>,
  { files, dolt, clock }: DoltFeedOptions,
  first: boolean,
): DatabaseError[] {
  const places = new Map(files.places().map((place) => [place.path, place]));
  const faults: DatabaseError[] = [];
  for (const path of watched.keys()) if (!places.has(path)) watched.delete(path);
  for (const [path, place] of places) {
    try {
      const store = place.store();
      const database = store.kind === "dolt" ? dolt.open(store) : undefined;
      // A server may have no address for a while: bd's proxy ends itself.
      database?.server();
      const before = watched.get(path);
      if (before?.database === database) continue;
      if (database === undefined) watched.delete(path);
      else watched.set(path, watchDatabase(place, database, clock.now, first ? undefined : newsOf(place, before)));
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error;
      watched.delete(path);
      faults.push(error);
    }
  }
  return faults;
}

/** The town as the look just now found it: its hash need not be asked for once more for each database that has changed. */
async function asLookedAt(files: TownPlaces, watched: ReadonlyMap<string, WatchedDatabase>): Promise<TownDatabases> {
  const { town, homes } = await files.databases();
  const open: typeof town.open = async () => {
    const database = await town.open();
    const entry = watched.get(town.path);
    const hash = entry?.database === database ? entry.hash : undefined;
    return hash === undefined ? database : { ...database, revision: async () => hash };
  };
  return { town: { ...town, open }, homes };
}

function newsOf({ rig }: Place, before: WatchedDatabase | undefined): string {
  return before === undefined ? `${rig} is on Dolt now` : `${rig} has moved to another database`;
}

/** How the servers are watched. */
function stateOf(count: number, looks: readonly Look[], faults: readonly DatabaseError[]): Hint {
  const reasons = [...new Set([...faults, ...looks.flatMap((look) => look.faults)].map((fault) => fault.message))];
  if (count === 0)
    return {
      kind: "state",
      state: faults.some(({ fault }) => fault === "unreachable") ? "down" : "unavailable",
      detail: reasons[0] ?? "no database of this town is on a Dolt server",
    };
  if (looks.every((look) => look.down)) return { kind: "state", state: "down", detail: reasons.join("; ") };
  const polled = looks.some((look) => !look.isDolt) ? ["polling events: a server is not Dolt"] : [];
  const detail = [...reasons, ...polled].join("; ");
  return { kind: "state", state: "up", ...(detail !== "" && { detail }) };
}

/** Where nothing but the events tells of changes: how often to compare all that is awaited, in milliseconds. */
const COMPARE_EVERY = 1_000;

/** What one look at a server found. */
interface Look {
  /** Something has changed. */
  readonly news: boolean;
  /** Why databases on it can't be watched. */
  readonly faults: readonly DatabaseError[];
  /** None of them can. */
  readonly down: boolean;
  readonly isDolt: boolean;
  /** How long it took to ask whether there is news, in milliseconds. */
  readonly took: number;
}

/** Looks once at all these databases of one server. Never rejects with a `DatabaseError`. */
async function lookAt(
  server: DoltServer,
  entries: readonly WatchedDatabase[],
  awaited: Awaited,
  channel: HintChannel,
  clock: Clock,
): Promise<Look> {
  const [first] = entries;
  if (first === undefined) return { news: false, faults: [], down: false, isDolt: true, took: 0 };
  const from = clock.now();
  let isDolt: boolean;
  let hashes: (string | undefined)[] = [];
  try {
    isDolt = await server.isDolt(first.database.name);
    if (isDolt) hashes = await server.workingSets(entries.map((entry) => entry.database.name));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    for (const entry of entries) {
      entry.hash = undefined;
      entry.noteFault(error, channel);
    }
    return { news: false, faults: [error], down: true, isDolt: true, took: 0 };
  }
  const took = isDolt ? clock.now() - from : 0;
  for (const [index, entry] of entries.entries()) entry.hash = hashes[index];
  let news = false;
  const faults: DatabaseError[] = [];
  for (const entry of entries) {
    const outcome = await entry.follow(awaited, channel, isDolt ? undefined : COMPARE_EVERY);
    if (outcome instanceof DatabaseError) faults.push(outcome);
    else news ||= outcome;
  }
  return { news, faults, down: faults.length === entries.length, isDolt, took };
}

/** While something happens now and then, in milliseconds. */
export const FASTEST = 100;
/** When nothing has happened for long. */
export const SLOWEST = 1_000;
/** While no convoy waits for anything: then only a new one is to be seen. */
const IDLE = 500;
/** The wait grows to one part in so many of the time that nothing has happened: ten minutes lead to the slowest pace. */
const SHARE = 600;

/** Looks are so much further apart than one takes, so that a server with many databases works on them for one part in so many. */
const REST = 100;

/** How long to wait between two looks at a server. */
export interface Pace {
  /** Something has happened. */
  quicken(): void;
  /** A look at which nothing had happened took so long, in milliseconds. */
  took(ms: number): void;
  next(waits: boolean): number;
}

export function createPace(clock: Pick<Clock, "now">): Pace {
  let happenedAt = clock.now();
  /** As it mostly is: one slow answer says little. */
  let usual = 0;
  return {
    took(ms) {
      usual += (ms - usual) / (ms < usual ? 4 : 16);
    },
    quicken() {
      happenedAt = clock.now();
    },
    next(waits) {
      const quiet = Math.max(0, clock.now() - happenedAt);
      return Math.min(SLOWEST, Math.max(waits ? FASTEST : IDLE, quiet / SHARE, usual * REST));
    },
  };
}
