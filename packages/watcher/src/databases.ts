import {
  type DatabaseError,
  type Reporter,
  type Routes,
  type ActivitySource,
  type ConvoyStore,
  createTownStore,
  gatedStore,
  type GateOptions,
  type Hint,
  type SourceState,
  type TownStoreOptions,
} from "@gastown/convoy-core";
import { createDoltFeed, createDoltTown, type DoltTown } from "@gastown/dolt-resolver";
import {
  createChangeFeed,
  type DriverName,
  openTown,
  type TownFiles,
  type TownOptions,
} from "@gastown/sqlite-resolver";
import { leftOutHint } from "@gastown/town-files";
import { systemClock } from "./system-clock.ts";

/** The databases of a town, each in what it is kept in. */
export interface OpenedFiles {
  readonly files: TownFiles;
  readonly dolt: DoltTown;
  /** Lets go of files at once, and of connections within a second. */
  close(): void;
}

/** Nothing is read or connected before the first question. */
export function openFiles(town: string, options: Pick<TownOptions, "onRejectedRoutes" | "driver"> = {}): OpenedFiles {
  const dolt = createDoltTown({ town, env: process.env, clock: systemClock, random: Math.random });
  const files = openTown({ ...options, town, now: systemClock.now, openDolt: (store) => dolt.open(store) });
  return {
    files,
    dolt,
    close() {
      files.close();
      void dolt.close();
    },
  };
}

/** The databases of a town, opened for reading. */
export interface OpenedStore {
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  close(): void;
}

/** Opens whatever a town keeps its issues in. Nothing is read, locked or written before the first question. */
export function openStore(
  town: string,
  options: TownStoreOptions &
    Pick<TownOptions, "onRejectedRoutes" | "driver"> & { readonly gate?: GateOptions | undefined } = {},
): OpenedStore {
  const { files, close } = openFiles(town, options);
  const store = createTownStore(files.databases, { ...options, now: systemClock.now });
  return { store: options.gate === undefined ? store : gatedStore(store, options.gate), files, close };
}

/** A town that is only read, and that tells when something in it has changed. */
export interface FollowedTown {
  readonly store: ConvoyStore;
  readonly files: TownFiles;
  /** Ends at the next change (at once when there was one since the last call), or after `ms` at the latest. Never rejects. */
  changed(ms: number): Promise<void>;
}

/** Reads a town and follows its databases, beside any watcher or none: takes no lock, and writes nothing. */
export async function whileFollowing<T>(
  town: string,
  { driver }: { readonly driver?: DriverName | undefined },
  work: (town: FollowedTown) => Promise<T>,
): Promise<T> {
  const opened = openFiles(town, { driver });
  const end = new AbortController();
  let news = false;
  let wake = new AbortController();
  const follow = async (feed: ActivitySource): Promise<void> => {
    for await (const hint of feed.hints(end.signal)) {
      if (hint.kind !== "issues" && hint.kind !== "sweep") continue;
      news = true;
      wake.abort();
    }
  };
  // A feed that fails leaves the looks by time.
  const feeds = dbSources(opened).map((feed) => follow(feed).catch(() => undefined));
  try {
    return await work({
      store: createTownStore(opened.files.databases),
      files: opened.files,
      async changed(ms) {
        if (!news) {
          wake = new AbortController();
          await systemClock.sleep(ms, wake.signal);
        }
        news = false;
      },
    });
  } finally {
    end.abort();
    await Promise.all(feeds);
    opened.close();
  }
}

type State = Hint & { readonly kind: "state" };

/**
 * What the databases themselves tell, whatever each is kept in: a source for each kind, so that neither takes the other
 * down. Both go by one name, and what is told of it is the better of what they say.
 */
export function dbSources({ files, dolt }: OpenedFiles): readonly ActivitySource[] {
  const clock = systemClock;
  return underOneName("db", [createChangeFeed({ files, clock }), createDoltFeed({ files, dolt, clock })]);
}

/** Sources that stay apart, but for their state. That one has nothing to follow counts when none of them has. */
export function underOneName(name: string, parts: readonly ActivitySource[]): readonly ActivitySource[] {
  const states = new Map<ActivitySource, State>();
  const allSpoke = Promise.withResolvers<void>();
  const note = (part: ActivitySource, state: State): State => {
    states.set(part, state);
    if (states.size === parts.length) allSpoke.resolve();
    return mergeStates([...states.values()]);
  };
  return parts.map((part) => ({
    name,
    async *hints(signal) {
      const stopped = Promise.withResolvers<void>();
      signal.addEventListener("abort", () => stopped.resolve(), { once: true });
      try {
        for await (const hint of part.hints(signal)) {
          if (hint.kind !== "state") {
            yield hint;
            continue;
          }
          let merged = note(part, hint);
          // Not said before the others had their say.
          if (merged.state === "unavailable" && states.size < parts.length) {
            await Promise.race([allSpoke.promise, stopped.promise]);
            merged = mergeStates([...states.values()]);
          }
          yield merged;
        }
      } finally {
        note(part, { kind: "state", state: "down" });
      }
    },
    ...(part.doubt && { doubt: () => part.doubt?.() }),
  }));
}

const BEST_FIRST: readonly SourceState[] = ["up", "down", "unavailable"];

/** The best of them; of those that are no worse, and of those that are down, what they have to say. */
function mergeStates(states: readonly State[]): State {
  const state = BEST_FIRST.find((candidate) => states.some((one) => one.state === candidate)) ?? "down";
  const told = states.filter((one) => one.state === state || one.state === "down");
  const detail = told.flatMap((one) => one.detail ?? []).join("; ");
  return { kind: "state", state, ...(detail !== "" && { detail }) };
}

/** Tells of a database that can't be read once, and again when the reason changes or it was read in between. */
export function createFaultTeller(report: Reporter): (rig: string, error: DatabaseError | undefined) => void {
  const told = new Map<string, string>();
  return (rig, error) => {
    if (error === undefined) told.delete(rig);
    else if (told.get(rig) !== error.message) {
      told.set(rig, error.message);
      report({ event: "warning", message: `${rig}: ${error.message}`, hint: error.hint });
    }
  };
}

/** Tells of the lines of `routes.jsonl` that say nothing usable, or lead where the town is not. */
export function tellRejectedRoutes(town: string, rejected: Routes["rejected"], report: Reporter): void {
  for (const { line, why, outside } of rejected) {
    const what = outside === undefined ? "" : `${outside.prefix} (${outside.path}) is left out: `;
    report({
      event: "warning",
      message: `routes.jsonl, line ${line}: ${what}${why}`,
      hint: outside === undefined ? "the line is ignored; fix or remove it" : leftOutHint(town, outside),
    });
  }
}
