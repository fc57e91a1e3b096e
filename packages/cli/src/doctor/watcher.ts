import { existsSync } from "node:fs";
import { join } from "node:path";
import { findWatcher, type FoundWatcher } from "@gastown/convoy-watcher";
import { findRival, gateAdvice } from "@gastown/convoy-watcher/host";
import { sinceInWords } from "../views/in-words.ts";
import { type Finding, good, note } from "./check.ts";

/** Our own watcher, what it listens to, and whoever else lands convoys here. */
export function checkWatcher(town: string, now: number, gated: boolean): Finding[] {
  return [...ownFindings(findWatcher(town), now), ...rivalFindings(town), ...(gated ? gateFindings(town) : [])];
}

function gateFindings(town: string): Finding[] {
  const advice = gateAdvice(town, findRival(town)?.name);
  return advice === undefined
    ? [good("gate", "convoys wait for the merge of their issues; nobody else is seen to close them")]
    : [note("gate", advice, "stop it, or read docs/guides/merge-gate.md for what that means")];
}

function ownFindings(found: FoundWatcher, now: number): Finding[] {
  if (found.state === "none")
    return [
      note(
        "watcher",
        "none is running",
        "start one with `convoy-cli watch`, or `gastown plugins enable convoy-watcher`",
      ),
    ];
  if (found.state === "dead") {
    return [
      note(
        "watcher",
        `the one with pid ${found.pid} was killed; its lock is stale, and free`,
        "start another with `convoy-cli watch`: it takes over",
      ),
    ];
  }
  const running = good("watcher", `pid ${found.pid}, since ${sinceInWords(found.since, now) ?? "?"}`);
  const sources = Object.entries(found.status?.sources ?? {}).map(([name, { state, detail }]) =>
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
