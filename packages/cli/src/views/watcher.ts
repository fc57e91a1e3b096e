import type { FoundWatcher } from "@gastown/convoy-watcher";
import type { FoundHost, WatcherStatus } from "@gastown/convoy-watcher/host";
import type { Stuck } from "./convoy.ts";

/** What a watcher says of itself, with null for what it does not say. */
type Said<K extends keyof WatcherStatus> = { readonly [Key in K]: Readonly<NonNullable<WatcherStatus[Key]>> | null };

/** A running watcher, by its own account, as `--json` prints it. */
export interface WatcherView extends Said<
  "watchingSince" | "lastSweep" | "lastLanded" | "landing" | "queues" | "oldestHint" | "lastReadError" | "frozen"
> {
  readonly pid: number;
  readonly since: string;
  readonly sources: readonly {
    readonly name: string;
    readonly state: string;
    readonly detail: string | null;
    readonly since: string;
  }[];
  readonly lastClose: Said<"lastHint">["lastHint"];
  readonly landed: number;
  readonly closedByOthers: number;
  /** Landed convoys of which somebody was not told. */
  readonly untold: readonly { readonly convoy: string; readonly at: string; readonly to: readonly string[] }[];
  /** What is under way. */
  readonly now: {
    readonly landing: Readonly<NonNullable<WatcherStatus["now"]["landing"]>> | null;
    readonly telling: Readonly<WatcherStatus["now"]["telling"]>;
  };
  readonly warnings: Readonly<WatcherStatus["warnings"]>;
}

/** The source by which `check` asks a running watcher to look; nobody is told of it. */
export const REQUESTS = "request";

/** The watcher that runs; null when none does. One of an older release says less. */
export function watcherView(found: FoundWatcher): WatcherView | null {
  if (found.state !== "running") return null;
  const { pid, since } = found;
  const status: Partial<WatcherStatus> = found.status ?? {};
  const sources = Object.entries(status.sources ?? {})
    .filter(([name]) => name !== REQUESTS)
    .toSorted(([one], [other]) => one.localeCompare(other));
  return {
    pid,
    since,
    watchingSince: status.watchingSince ?? null,
    sources: sources.map(([name, source]) => ({
      name,
      state: source.state,
      detail: source.detail ?? null,
      since: source.since,
    })),
    lastClose: status.lastHint ?? null,
    lastSweep: status.lastSweep ?? null,
    landed: status.landed ?? 0,
    lastLanded: status.lastLanded ?? null,
    landing: status.landing ?? null,
    closedByOthers: status.closedByOthers ?? 0,
    untold: Object.entries<{ at: string; to?: readonly string[] }>(status.untold ?? {}).map(
      ([convoy, { at, to = [] }]) => ({ convoy, at, to: [...to] }),
    ),
    now: { landing: status.now?.landing ?? null, telling: status.now?.telling ?? [] },
    queues: status.queues ?? null,
    oldestHint: status.oldestHint ?? null,
    lastReadError: status.lastReadError ?? null,
    frozen: status.frozen ?? null,
    warnings: status.warnings ?? [],
  };
}

/** What it could not land; what a watcher left behind that runs no more counts for nothing. */
export function stuckOf(found: FoundWatcher): Stuck {
  return new Map(found.state === "running" ? Object.entries(found.status?.stuck ?? {}) : []);
}

/** Whether a town is watched as it should be, and if not, why and what to do. */
export type Health =
  | { readonly why: null; readonly hint: null; readonly well: true }
  | { readonly why: string; readonly hint: string; readonly well: false };

/** A running watcher writes its status at least every 30 s; one that has not for so long hangs. In milliseconds. */
const HANGS_AFTER = 120_000;

/** Judges a watcher by what it and its host have left behind. A source that the town does not have is no fault. */
export function healthOf(found: FoundWatcher, host: FoundHost | undefined, now: number): Health {
  const sick = (why: string, hint: string): Health => ({ why, hint, well: false });
  if (found.state === "running") {
    if (hangs(found, now))
      return sick("the watcher hangs: no status written for minutes", `kill ${found.pid}, and start another`);
    if (found.status?.watchingSince === undefined) return sick("the watcher is starting", "look again in a moment");
    const down = Object.entries(found.status.sources).find(([name, { state }]) => state === "down" && name !== "lead");
    if (down === undefined) return { why: null, hint: null, well: true };
    const [name, { detail }] = down;
    return sick(
      `source ${name} is down${detail === undefined ? "" : `: ${detail}`}`,
      "the other source and the sweeps carry on; `convoy-cli doctor` looks at what it needs",
    );
  }
  if (host !== undefined) {
    const next = host.alive && host.retryAt !== undefined ? `; next try at ${host.retryAt}` : "";
    const why = host.error === undefined ? "" : `: ${host.error}${next}`;
    return host.alive
      ? sick(`the plugin is enabled, but not ready${why}`, host.hint ?? "`gastown plugins status` shows more")
      : sick(
          `the plugin is enabled, but its process is gone${why}`,
          "`gastown plugins enable convoy-watcher` starts it again; `gastown plugins status` shows more",
        );
  }
  if (found.state === "dead")
    return sick(
      `the watcher with pid ${found.pid} was killed`,
      "start another with `convoy-cli watch`: it picks up where that one left off",
    );
  return sick("no watcher is running", "start one with `convoy-cli watch`, or `gastown plugins enable convoy-watcher`");
}

/** Whether a running watcher has stopped to say anything. */
export function hangs({ status }: FoundWatcher, now: number): boolean {
  return now - Date.parse(status?.writtenAt ?? "") > HANGS_AFTER;
}
