import { connect } from "node:net";
import { join } from "node:path";
import { isDenied } from "@gastown/process";
import { statOf } from "./stat-of.ts";

const PATIENCE = 1_000;

/**
 * Whether any of these `.beads` directories has a bd daemon that listens: only such a rig has anything to tell
 * `bd activity`. A socket without anybody behind it is what a daemon that was killed leaves.
 */
export async function hasDaemon(beadsDirs: readonly string[]): Promise<boolean> {
  for (const dir of beadsDirs) {
    const socket = join(dir, "bd.sock");
    if (isSocket(socket) && (await isListening(socket))) return true;
  }
  return false;
}

function isSocket(file: string): boolean {
  try {
    return statOf(file)?.isSocket() ?? false;
  } catch {
    return false;
  }
}

function isListening(socket: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(socket);
    const end = (listens: boolean): void => {
      connection.destroy();
      resolve(listens);
    };
    connection
      .once("connect", () => end(true))
      // Who may not ask takes its word for it.
      .once("error", (error) => end(isDenied(error)))
      .setTimeout(PATIENCE, () => end(true));
  });
}
