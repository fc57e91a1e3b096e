import { createHash } from "node:crypto";
import type { DoltDatabase } from "./dolt-database.ts";
import { asDoltError } from "./faults.ts";
import type { LoneConnection } from "./lone-connection.ts";

/** Whether this watcher has the lock of its town on the server, or who has it instead. */
export type Hold = { readonly held: true } | { readonly held: false; readonly by: string };

/** The lock that one of all watchers of a town holds, on whatever machine: the server's own, ended with the connection. */
export interface LeaderLock {
  /**
   * Takes the lock, or makes sure that it is still ours.
   *
   * @throws {DatabaseError} when the server can't be asked; whether the lock is ours can't be told then
   */
  take(): Promise<Hold>;
  /** Whether the lock was ours when last asked, and the connection that holds it has not ended since. */
  isHeld(): boolean;
  /** Lets go of it, by ending the connection. */
  release(): void;
}

/**
 * Takes nothing yet.
 *
 * @param database the town's own: its name is what the towns of one server are told apart by
 */
export function createLeaderLock(database: DoltDatabase): LeaderLock {
  const name = lockName(database.name);
  let connection: LoneConnection | undefined;
  let held = false;
  /** One question at a time: two must not open two connections. */
  let turn: Promise<unknown> = Promise.resolve();

  const connect = async (): Promise<LoneConnection> => {
    if (connection !== undefined && !connection.ended.aborted) return connection;
    held = false;
    connection = await database.server().connectAlone();
    return connection;
  };

  const drop = (): void => {
    held = false;
    connection?.close();
    connection = undefined;
  };

  const ask = async (): Promise<Hold> => {
    try {
      const line = await connect();
      if (held) {
        const [row] = await line.rows(`select is_used_lock('${name}') = connection_id() as ours`);
        if (Number(row?.["ours"]) === 1) return { held: true };
        held = false;
      }
      const [row] = await line.rows(`select get_lock('${name}', 0) as got, is_used_lock('${name}') as holder`);
      held = Number(row?.["got"]) === 1;
      return held ? { held: true } : { held: false, by: await nameOf(line, row?.["holder"]) };
    } catch (error) {
      drop();
      throw asDoltError(error, database.name);
    }
  };

  return {
    take() {
      const answer = turn.then(ask);
      turn = answer.catch(() => undefined);
      return answer;
    },
    isHeld: () => held && connection?.ended.aborted === false,
    release: drop,
  };
}

/** Where the holder's connection comes from, as far as the server tells. */
async function nameOf(line: LoneConnection, holder: unknown): Promise<string> {
  const id = Number(holder);
  if (!Number.isSafeInteger(id) || id <= 0) return "another watcher";
  try {
    const [row] = await line.rows(`select host from information_schema.processlist where id = ${id}`);
    const host = Object.values(row ?? {})[0];
    if (typeof host === "string" && host !== "") return `the watcher at ${host} (connection ${id})`;
  } catch {
    // Not every server tells.
  }
  return `the watcher with connection ${id}`;
}

/** At most 64 characters, and nothing that needs quoting. Servers do not tell names of databases apart by case. */
function lockName(database: string): string {
  return `convoy-watcher.${createHash("sha256").update(database.toLowerCase()).digest("hex").slice(0, 40)}`;
}
