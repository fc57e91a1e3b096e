import { existsSync } from "node:fs";
import { join } from "node:path";
import { findWatcher, type FoundWatcher } from "@gastown/convoy-watcher";
import { findHost, findRival, type FoundHost, gateAdvice } from "@gastown/convoy-watcher/host";
import { REQUESTS } from "../sweep-requests.ts";
import { healthOf } from "../views/health.ts";
import { sinceInWords } from "../views/in-words.ts";
import { type Finding, good, note, wrong } from "./check.ts";

/** Our own watcher, what it listens to, and whoever else lands convoys here. */
export function checkWatcher(town: string, now: number, gated: boolean): Finding[] {
  return [
    ...ownFindings(findWatcher(town), findHost(town), now),
    ...rivalFindings(town),
    ...(gated ? gateFindings(town) : []),
  ];
}

function gateFindings(town: string): Finding[] {
  const advice = gateAdvice(town, findRival(town)?.name);
  return advice === undefined
    ? [good("gate", "convoys wait for the merge of their issues; nobody else is seen to close them")]
    : [note("gate", advice, "stop it, or read `convoy-cli help merge-gate` for what that means")];
}

function ownFindings(found: FoundWatcher, host: FoundHost | undefined, now: number): Finding[] {
  const health = healthOf(found, host, now);
  if (found.state !== "running") {
    if (health.well) return [];
    // That nobody was asked to watch is no fault; that somebody was and does not is one.
    const finding = found.state === "none" && host === undefined ? note : wrong;
    return [finding("watcher", health.why, health.hint)];
  }
  const hangs = !health.well && health.why.startsWith("the watcher hangs");
  if (hangs) return [wrong("watcher", health.why, health.hint)];
  const running = good("watcher", `running for ${sinceInWords(found.since, now) ?? "?"} (pid ${found.pid})`);
  const sources = Object.entries(found.status?.sources ?? {})
    .filter(([name]) => name !== REQUESTS)
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, { state, detail }]) =>
      state === "up"
        ? good(`source ${name}`, "up")
        : note(
            `source ${name}`,
            `${state}${detail === undefined ? "" : `: ${detail}`}`,
            name === "lead"
              ? "this one stands by, and takes over when that one ends"
              : "the other source and a sweep every 30 s carry on; see the tools and daemons above",
          ),
    );
  return [running, ...sources];
}

function rivalFindings(town: string): Finding[] {
  const rival = findRival(town)?.name;
  if (rival !== undefined) {
    return [
      note(
        "rival",
        `${rival} lands convoys here, too`,
        "each is left to it for 7 s first, so that nobody is told twice; `gt daemon stop` leaves them to us at once",
      ),
    ];
  }
  const pid = join(town, "daemon", "daemon.pid");
  return existsSync(pid)
    ? [
        note(
          "rival",
          `no gt daemon is running, but it left ${pid} behind`,
          "nothing to do: a stale file does not count",
        ),
      ]
    : [good("rival", "none: no gt daemon is running")];
}
