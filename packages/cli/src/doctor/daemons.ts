import { existsSync } from "node:fs";
import { connect } from "node:net";
import { dirname, join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import type { OpenedStore } from "@gastown/convoy-watcher";
import { type Finding, good, note } from "./check.ts";

/** Longest path of a socket that bd puts beside its database; a longer one goes to /tmp, where `bd activity` does not look. */
const LONGEST_SOCKET = 103;
const PATIENCE = 1_000;
const HARMLESS = "nothing is lost: its database itself is watched";

/** Whether `bd activity` can hear the daemon of each rig. Asked only where it matters: SQLite, and a bd with `activity`. */
export async function checkDaemons(files: OpenedStore["files"]): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { rig, store } of files.places()) {
    const dir = sqliteDir(store);
    if (dir !== undefined) findings.push(await checkDaemon(rig, join(dir, "bd.sock"), dirname(dir)));
  }
  return findings;
}

async function checkDaemon(rig: string, socket: string, place: string): Promise<Finding> {
  const length = Buffer.byteLength(socket);
  if (length > LONGEST_SOCKET) {
    return note(
      rig,
      `the path of its socket has ${length} bytes, and bd activity finds none beyond ${LONGEST_SOCKET}: ${socket}`,
      `${HARMLESS}; a shorter path to the town would bring it back`,
    );
  }
  if (await answers(socket)) return good(rig, "its daemon answers");
  const fact = existsSync(socket) ? "its daemon is down, and left a socket behind" : "its daemon is not running";
  return note(rig, fact, `${HARMLESS}; \`bd daemon start\` in ${place} starts it`);
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
