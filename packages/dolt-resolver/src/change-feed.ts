import {
  type ActivitySource,
  type Clock,
  DatabaseError,
  type Hint,
  type HintChannel,
  hintsWhile,
  type TownDatabases,
} from "@gastown/convoy-core";
import type { Place, TownPlaces } from "@gastown/sql";
import { createAwaited } from "@gastown/sql";
import type { DoltTown } from "./dolt-town.ts";
import { createPace } from "./pace.ts";
import type { DoltServer } from "./server.ts";
import { type WatchedDatabase, watchDatabase } from "./watched-database.ts";
import { lookAt, type Look } from "./watched-server.ts";

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
      [...byServer(watched)].map(([server, entries]) => lookAt(server, entries, awaited, channel, () => clock.now())),
    );
    if (signal.aborted) return;
    if (looks.some((look) => look.news)) pace.quicken();
    else pace.took(Math.max(0, ...looks.map((look) => look.took)));
    channel.push(stateOf(watched.size, looks, faults));
    await clock.sleep(pace.next(awaited.any()), signal);
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
    const hash = entry?.database === database ? entry.hash() : undefined;
    return hash === undefined ? database : { ...database, revision: async () => hash };
  };
  return { town: { ...town, open }, homes };
}

function newsOf({ rig }: Place, before: WatchedDatabase | undefined): string {
  return before === undefined ? `${rig} is on Dolt now` : `${rig} has moved to another database`;
}

function byServer(watched: ReadonlyMap<string, WatchedDatabase>): Map<DoltServer, WatchedDatabase[]> {
  const servers = new Map<DoltServer, WatchedDatabase[]>();
  for (const entry of watched.values()) {
    const server = entry.database.server();
    const entries = servers.get(server);
    if (entries === undefined) servers.set(server, [entry]);
    else entries.push(entry);
  }
  return servers;
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
