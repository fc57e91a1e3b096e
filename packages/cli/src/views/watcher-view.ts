import type { FoundWatcher } from "@gastown/convoy-watcher";
import { REQUESTS } from "../sweep-requests.ts";
import type { Stuck } from "./convoy-view.ts";
import type { WatcherView } from "./views.ts";

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
