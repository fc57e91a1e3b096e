import { createHash } from "node:crypto";
import { type Clock, type DatabaseError, messageOf } from "@gastown/convoy-core";
import type { LoneConnection } from "./connections.ts";
import type { DoltDatabase } from "./dolt-database.ts";
import { asDoltError } from "./faults.ts";
import type { DoltServer } from "./server.ts";

/** A leader that has given no sign of life for so long is put down, in milliseconds. It gives one every two seconds. */
const SILENT_FOR = 7_000;

/** Whether this watcher leads its town, or who does instead. */
export type Hold =
  | {
      readonly held: true;
      /** It was not held, or not by this connection, when it was asked for. */
      readonly anew: boolean;
    }
  | {
      readonly held: false;
      readonly by: string;
      /** It has a command under way. */
      readonly busy: boolean;
      /** It gives no sign of life, and its connection could not be ended: why. */
      readonly stuck?: DatabaseError;
    };

/** The lead that one of all watchers of a town has, on whatever machine: a lock of the server, ended with the connection. */
export interface LeaderLock {
  /**
   * Takes the lead, or makes sure of it and gives a sign of life. Asked for while another one leads, it also looks
   * whether that one lives, and ends the connection of one that does not, so that it finds itself deposed.
   *
   * @throws {DatabaseError} when the server can't be asked; who leads can't be told then
   */
  take(): Promise<Hold>;
  /** Whether a `take` that began less than so many milliseconds ago, by any clock, said that we lead, on a connection that still stands. */
  isProved(within: number): boolean;
  /** Says, with the next `take`, whether a command is under way. */
  setBusy(busy: boolean): void;
  /** Lets go of it, by ending the connection. */
  release(): void;
}

/**
 * Takes nothing yet.
 *
 * @param database the town's own
 */
export function createLeaderLock(database: DoltDatabase, clock: Pick<Clock, "now" | "wall">): LeaderLock {
  const marks = marksOf(database.name);
  const silence = createSilence(() => clock.now());
  let server: DoltServer | undefined;
  let line: LoneConnection | undefined;
  let held = false;
  let proof = { now: Number.NEGATIVE_INFINITY, wall: Number.NEGATIVE_INFINITY };
  let beat = 0;
  let busy = false;
  let busyHeld = false;
  /** One question at a time: two must not open two connections. */
  let turn: Promise<unknown> = Promise.resolve();

  const drop = (): void => {
    held = false;
    busyHeld = false;
    line?.close();
    line = undefined;
  };

  const connect = async (): Promise<LoneConnection> => {
    const present = database.server();
    if (line !== undefined && !line.ended.aborted && server === present) return line;
    drop();
    server = present;
    line = await present.connectAlone();
    return line;
  };

  /** The connection is the epoch: a lock that is ours by another one was somebody else's meanwhile, as far as we know. */
  const renew = async (at: LoneConnection): Promise<boolean> => {
    const next = (beat + 1) % marks.beats.length;
    const mark = busy ? `get_lock('${marks.busy}', 0) as busy` : `release_lock('${marks.busy}') as busy`;
    const columns = [
      `is_used_lock('${marks.lead}') = connection_id() as ours`,
      `get_lock('${marks.beats[next]}', 0) as beat`,
      `release_lock('${marks.beats[beat]}') as gone`,
      ...(busy === busyHeld ? [] : [mark]),
    ];
    const [row] = await at.rows(`select ${columns.join(", ")}`);
    beat = next;
    busyHeld = busy;
    return Number(row?.["ours"]) === 1;
  };

  const seize = async (at: LoneConnection): Promise<Hold> => {
    const [row = {}] = await at.rows(`select get_lock('${marks.lead}', 0) as got, ${lookFor(marks)}`);
    if (Number(row["got"]) === 1) {
      beat = 0;
      await at.rows(`select get_lock('${marks.beats[0]}', 0) as beat`);
      return { held: true, anew: true };
    }
    const holder = Number(row["holder"] ?? 0);
    const beats = marks.beats.flatMap((_, index) => (Number(row[`b${index}`] ?? 0) === holder ? [index] : []));
    const told = { held: false, by: await nameOf(at, holder), busy: Number(row["busy"] ?? 0) === holder } as const;
    if (holder === 0 || silence({ holder, beats }) < SILENT_FOR) return told;
    try {
      await at.kill(holder);
      return told;
    } catch (error) {
      return { ...told, stuck: asDoltError(error, database.name) as DatabaseError };
    }
  };

  const ask = async (): Promise<Hold> => {
    const asked = { now: clock.now(), wall: clock.wall() };
    try {
      const at = await connect();
      const kept = held && (await renew(at));
      const hold = kept ? ({ held: true, anew: false } as const) : await seize(at);
      held = hold.held;
      if (held) proof = asked;
      return hold;
    } catch (error) {
      drop();
      throw asDoltError(error, database.name);
    }
  };

  return {
    take() {
      const answer = turn.then(ask);
      turn = answer.catch((error: unknown) => messageOf(error));
      return answer;
    },
    isProved: (within) =>
      held &&
      line?.ended.aborted === false &&
      clock.now() - proof.now < within &&
      Math.abs(clock.wall() - proof.wall) < within,
    setBusy: (wanted) => void (busy = wanted),
    release: drop,
  };
}

function lookFor({ lead, beats, busy }: Marks): string {
  const marks = beats.map((beat, index) => `is_used_lock('${beat}') as b${index}`);
  return [`is_used_lock('${lead}') as holder`, `is_used_lock('${busy}') as busy`, ...marks].join(", ");
}

/** Where the holder's connection comes from, as far as the server tells. */
async function nameOf(line: LoneConnection, id: number): Promise<string> {
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

/** Marks of life that a leader takes in turn, so that the one it holds says how far it has got. */
const BEATS = 4;
/** Two looks further apart than this say nothing of the time between, in milliseconds: it may have beaten all round. */
const LOOKS_APART = 3_000;

/** The names of the locks by which the watchers of a town know each other. */
export interface Marks {
  /** Held by the one that leads. */
  readonly lead: string;
  /** Held one at a time, each for a beat. */
  readonly beats: readonly string[];
  /** Held while a command is under way. */
  readonly busy: string;
}

/**
 * At most 64 characters, and nothing that needs quoting.
 *
 * @param database the town's own: by its name the towns of one server are told apart, whatever its letter case
 */
export function marksOf(database: string): Marks {
  const lead = `convoy-watcher.${createHash("sha256").update(database.toLowerCase()).digest("hex").slice(0, 40)}`;
  return { lead, beats: Array.from({ length: BEATS }, (_, at) => `${lead}.${at}`), busy: `${lead}.run` };
}

/** What is seen of a leader. */
export interface Sight {
  /** Its connection. */
  readonly holder: number;
  /** Which beats it holds; none for a watcher that gives no such mark. */
  readonly beats: readonly number[];
}

/**
 * For how long a leader has given no sign of life, in milliseconds. Counts only what was looked at: who was frozen himself, or
 * cut off, has not seen what he missed.
 *
 * @param now milliseconds, monotonic
 */
export function createSilence(now: () => number): (sight: Sight) => number {
  let last: string | undefined;
  let lookedAt = 0;
  let since = 0;

  return ({ holder, beats }) => {
    const seen = JSON.stringify([holder, beats]);
    const at = now();
    if (seen !== last || at - lookedAt > LOOKS_APART || beats.length === 0) since = at;
    last = seen;
    lookedAt = at;
    return at - since;
  };
}
