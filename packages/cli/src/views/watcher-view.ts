import type { FoundWatcher } from "@gastown/convoy-watcher";
import type { FoundHost } from "@gastown/convoy-watcher/host";
import type { Stuck } from "./convoy-view.ts";
import type { WatcherView } from "./views.ts";

/** The source by which `check` asks a running watcher to look; nobody is told of it. */
export const REQUESTS = "request";

/** What a watcher of this release adds; one of an older release may be running. */
interface StatusNow {
  readonly landing?: WatcherView["landing"];
  readonly closedByOthers?: number;
  readonly untold?: Readonly<Record<string, { readonly at: string; readonly to?: readonly string[] }>>;
  readonly now?: {
    readonly landing?: NonNullable<WatcherView["now"]["landing"]>;
    readonly telling?: WatcherView["now"]["telling"];
  };
  readonly queues?: WatcherView["queues"];
  readonly oldestHint?: string;
  readonly lastReadError?: WatcherView["lastReadError"];
  readonly frozen?: WatcherView["frozen"];
}

/** The watcher that runs; null when none does. */
export function watcherView(found: FoundWatcher): WatcherView | null {
  if (found.state !== "running") return null;
  const { pid, since, status } = found;
  const sources = Object.entries(status?.sources ?? {})
    .filter(([name]) => name !== REQUESTS)
    .toSorted(([one], [other]) => one.localeCompare(other));
  const now = (status ?? {}) as StatusNow;
  return {
    pid,
    since,
    watchingSince: status?.watchingSince ?? null,
    sources: sources.map(([name, source]) => ({
      name,
      state: source.state,
      detail: source.detail ?? null,
      since: source.since,
    })),
    lastClose: status?.lastHint ?? null,
    lastSweep: status?.lastSweep ?? null,
    landed: status?.landed ?? 0,
    lastLanded: status?.lastLanded ?? null,
    landing: now.landing ?? null,
    closedByOthers: now.closedByOthers ?? 0,
    untold: Object.entries(now.untold ?? {}).map(([convoy, { at, to = [] }]) => ({ convoy, at, to: [...to] })),
    now: { landing: now.now?.landing ?? null, telling: now.now?.telling ?? [] },
    queues: now.queues ?? null,
    oldestHint: now.oldestHint ?? null,
    lastReadError: now.lastReadError ?? null,
    frozen: now.frozen ?? null,
    warnings: status?.warnings ?? [],
  };
}

/** What it could not land; what a watcher left behind that runs no more counts for nothing. */
export function stuckOf(found: FoundWatcher): Stuck {
  return found.state === "running" ? (found.status?.stuck ?? {}) : {};
}

/** Whether a town is watched as it should be, and if not, why and what to do. */
export type Health = { readonly well: true } | { readonly well: false; readonly why: string; readonly hint: string };

/** A running watcher writes its status at least every 30 s; one that has not for so long hangs. In milliseconds. */
const HANGS_AFTER = 120_000;

/** Judges a watcher by what it and its host have left behind. A source that the town does not have is no fault. */
export function healthOf(found: FoundWatcher, host: FoundHost | undefined, now: number): Health {
  const sick = (why: string, hint: string): Health => ({ well: false, why, hint });
  if (found.state === "running") {
    const silent = now - Date.parse(found.status?.writtenAt ?? "");
    if (silent > HANGS_AFTER)
      return sick("the watcher hangs: no status written for minutes", `kill ${found.pid}, and start another`);
    if (found.status?.watchingSince === undefined) return sick("the watcher is starting", "look again in a moment");
    const down = Object.entries(found.status.sources).find(([name, { state }]) => state === "down" && name !== "lead");
    if (down === undefined) return { well: true };
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
