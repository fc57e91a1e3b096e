import type { FoundWatcher } from "@gastown/convoy-watcher";
import type { FoundHost } from "@gastown/convoy-watcher/host";

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
