import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { findWatcher, type FoundWatcher, type OpenedStore } from "@gastown/convoy-watcher";
import { findHost, findRival, type FoundHost, gateAdvice } from "@gastown/convoy-watcher/host";
import { sinceInWords } from "../output.ts";
import { hangs, healthOf, watcherView } from "../views/watcher.ts";
import { storeOf } from "./databases.ts";
import { type Finding, good, note, wrong } from "./finding.ts";

/** Longest path of a socket that bd puts beside its database; a longer one goes to /tmp, where `bd activity` does not look. */
const LONGEST_SOCKET = 103;
const PATIENCE = 1_000;
const HARMLESS = "nothing is missed: its database is watched directly";

/** Whether `bd activity` can hear the daemon of each rig. Asked only where it matters: SQLite, and a bd with `activity`. */
export async function checkDaemons(files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const down: { readonly rig: string; readonly left: boolean }[] = [];
  for (const place of files.places()) {
    const store = storeOf(place);
    if (store?.kind !== "sqlite") continue;
    const { rig } = place;
    const socket = join(dirname(store.file), "bd.sock");
    if (Buffer.byteLength(socket) > LONGEST_SOCKET) findings.push(tooLong(rig, socket));
    else if (await answers(socket)) findings.push(good(rig, "its daemon answers"));
    else down.push({ rig, left: existsSync(socket) });
  }
  const [left, gone] = [down.filter((one) => one.left), down.filter((one) => !one.left)];
  return [...findings, ...notRunning(gone, ""), ...notRunning(left, ", and left a socket behind")];
}

/** One finding for all of them: most towns have all daemons, or none. */
function notRunning(down: readonly { readonly rig: string }[], more: string): Finding[] {
  if (down.length === 0) return [];
  const rigs = down.map(({ rig }) => rig).join(", ");
  return [
    note(
      "down",
      `no daemon is running for ${rigs}${more}`,
      `${HARMLESS}; \`bd daemon start\` in the directory of a rig starts it`,
    ),
  ];
}

function tooLong(rig: string, socket: string): Finding {
  return note(
    rig,
    `the path of its socket has ${Buffer.byteLength(socket)} bytes, and bd activity finds none beyond ${LONGEST_SOCKET}: ${socket}`,
    `${HARMLESS}; a shorter path to the town would bring it back`,
  );
}

function answers(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (answer: boolean): void => {
      connection.destroy();
      resolve(answer);
    };
    connection
      .once("connect", () => end(true))
      .once("error", () => end(false))
      .setTimeout(PATIENCE, () => end(false));
  });
}

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
  if (hangs(found, now) && !health.well) return [wrong("watcher", health.why, health.hint)];
  const running = good("watcher", `running for ${sinceInWords(found.since, now) ?? "?"} (pid ${found.pid})`);
  const sources = (watcherView(found)?.sources ?? []).map(({ name, state, detail }) =>
    state === "up"
      ? good(`source ${name}`, "up")
      : note(
          `source ${name}`,
          `${state}${detail === null ? "" : `: ${detail}`}`,
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
