import type { FoundWatcher } from "@gastown/convoy-watcher";
import type { Stuck } from "./convoy-view.ts";
import type { WatcherView } from "./views.ts";

/** The watcher that runs; null when none does. */
export function watcherView(found: FoundWatcher): WatcherView | null {
  if (found.state !== "running") return null;
  const { pid, since, status } = found;
  const sources = Object.entries(status?.sources ?? {});
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
    warnings: status?.warnings ?? [],
  };
}

/** What it could not land; what a watcher left behind that runs no more counts for nothing. */
export function stuckOf(found: FoundWatcher): Stuck {
  return found.state === "running" ? (found.status?.stuck ?? {}) : {};
}
