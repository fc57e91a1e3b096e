import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import type { OpenedStore } from "@gastown/convoy-watcher";
import { type Finding, good, note } from "./check.ts";

/** Longest path of a socket that bd puts beside its database; a longer one goes to /tmp, where `bd activity` does not look. */
const LONGEST_SOCKET = 103;
const PATIENCE = 1_000;
const HARMLESS = "nothing is missed: its database is watched directly";

/** Whether `bd activity` can hear the daemon of each rig. Asked only where it matters: SQLite, and a bd with `activity`. */
export async function checkDaemons(files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  const down: { readonly rig: string; readonly left: boolean }[] = [];
  for (const { rig, store } of files.places()) {
    const dir = sqliteDir(store);
    if (dir === undefined) continue;
    const socket = join(dir, "bd.sock");
    if (Buffer.byteLength(socket) > LONGEST_SOCKET) findings.push(tooLong(rig, socket));
    else if (await answers(socket)) findings.push(good(rig, "its daemon answers"));
    else down.push({ rig, left: existsSync(socket) });
  }
  return [
    ...findings,
    ...notRunning(
      down.filter(({ left }) => !left),
      "",
    ),
    ...notRunning(
      down.filter(({ left }) => left),
      ", and left a socket behind",
    ),
  ];
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

function sqliteDir(store: () => { readonly kind: string; readonly file?: string }): string | undefined {
  try {
    const { kind, file } = store();
    return kind === "sqlite" && file !== undefined ? dirname(file) : undefined;
  } catch (error) {
    if (error instanceof DatabaseError) return undefined;
    throw error;
  }
}
