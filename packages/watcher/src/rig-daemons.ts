import { connect } from "node:net";
import { join } from "node:path";
import { isDenied } from "@gastown/process";
import { statOf } from "./proc.ts";

const PATIENCE = 1_000;

/**
 * Whether any of these `.beads` directories has a bd daemon that listens: only such a rig has anything to tell
 * `bd activity`. A socket without anybody behind it is what a daemon that was killed leaves.
 */
export async function hasDaemon(beadsDirs: readonly string[]): Promise<boolean> {
  for (const dir of beadsDirs) {
    const socket = join(dir, "bd.sock");
    // Who may not ask takes its word for it.
    if (isSocket(socket) && (!mayConnect(socket) || (await isListening(socket)))) return true;
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

interface DenoPermissions {
  readonly permissions: {
    querySync(wanted: { readonly name: "write"; readonly path: string }): { readonly state: string };
  };
}

/** Deno's refusal comes as the rejection of a promise that nobody has, which no handler of the socket gets to see. */
function mayConnect(socket: string): boolean {
  const { Deno } = globalThis as { readonly Deno?: DenoPermissions };
  return Deno === undefined || Deno.permissions.querySync({ name: "write", path: socket }).state === "granted";
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
      .once("error", (error) => end(isDenied(error)))
      .setTimeout(PATIENCE, () => end(true));
  });
}
