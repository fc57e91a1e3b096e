import { createDoltBeads, type SqlServer } from "@gastown/test-fixtures/dolt";
import { expect, onTestFinished, test } from "vitest";
import type { LoneConnection } from "../../src/connections.ts";
import { createDoltDatabase } from "../../src/dolt-database.ts";
import { createLeaderLock, type LeaderLock } from "../../src/leader-lock.ts";
import { createSilence, marksOf } from "../../src/leader-lock.ts";
import { createDoltServer } from "../../src/server.ts";

const soon = { timeout: 15_000, interval: 20 };
let serial = 0;

/** Two clocks that only a test moves. */
interface Time {
  now(): number;
  wall(): number;
  pass(ms: number): void;
  jump(ms: number): void;
}

function newTime(): Time {
  let now = 1_000;
  let offset = 1_800_000_000_000;
  return {
    now: () => now,
    wall: () => offset + now,
    pass: (ms) => void (now += ms),
    jump: (ms) => void (offset += ms),
  };
}

/** Who leads, over the locks of a server. */
export function leaderLockSuite(server: () => SqlServer): void {
  const newTown = async (): Promise<string> => (await createDoltBeads(server(), `l${(serial += 1)}_hq`)).database;
  /** Its connections are put to `lines`. */
  const lockOf = (database: string, time: Time, lines: LoneConnection[] = []): LeaderLock => {
    const line = createDoltServer(
      { host: "127.0.0.1", port: server().port, user: "root", password: "" },
      { clock: time, random: () => 1 },
    );
    const connectAlone = async (): Promise<LoneConnection> => {
      const made = await line.connectAlone();
      lines.push(made);
      return made;
    };
    const watched = { ...line, connectAlone };
    const lock = createLeaderLock(
      createDoltDatabase(() => watched, database),
      time,
    );
    onTestFinished(async () => {
      lock.release();
      await line.close();
    });
    return lock;
  };
  const holderOf = async (database: string): Promise<number> => {
    const [row] = await server().query(`SELECT is_used_lock('${marksOf(database).lead}') AS holder`);
    return Number(row?.["holder"] ?? 0);
  };
  /** A second between two looks, as who stands by makes them. */
  const standBy = async (lock: LeaderLock, time: Time, seconds: number): Promise<string[]> => {
    const seen: string[] = [];
    for (let second = 0; second < seconds; second += 1) {
      const hold = await lock.take();
      seen.push(hold.held ? "leads" : hold.busy ? "busy" : "stands by");
      time.pass(1_000);
    }
    return seen;
  };

  test("one has it, and makes sure of it; the other is told who", async () => {
    const database = await newTown();
    const [first, second] = [lockOf(database, newTime()), lockOf(database, newTime())];
    expect(await first.take()).toEqual({ held: true, anew: true });
    for (let beats = 0; beats < 9; beats += 1) expect(await first.take()).toEqual({ held: true, anew: false });
    expect(await second.take()).toMatchObject({ held: false, by: expect.stringContaining("connection"), busy: false });
    expect(second.isProved(1_000)).toBe(false);
    first.release();
    await expect.poll(async () => (await second.take()).held, soon).toBe(true);
  });

  test("a proof ages by either clock, and ends with its connection", async () => {
    const database = await newTown();
    const time = newTime();
    const lock = lockOf(database, time);
    expect(lock.isProved(1_000)).toBe(false);
    await lock.take();
    expect(lock.isProved(1_000)).toBe(true);
    time.pass(1_000);
    expect(lock.isProved(1_000)).toBe(false);
    await lock.take();
    time.jump(-3_600_000);
    expect(lock.isProved(1_000)).toBe(false);
    await lock.take();
    expect(lock.isProved(1_000)).toBe(true);
    await server().query(`KILL ${await holderOf(database)}`);
    await expect.poll(() => lock.isProved(60_000), soon).toBe(false);
  });

  test("a lock that was taken over while its connection was cut is not ours any more, and says so when asked", async () => {
    const database = await newTown();
    const [first, second] = [lockOf(database, newTime()), lockOf(database, newTime())];
    await first.take();
    await server().query(`KILL ${await holderOf(database)}`);
    await expect.poll(async () => (await second.take()).held, soon).toBe(true);
    await expect.poll(async () => (await first.take().catch(() => ({ held: true }))).held, soon).toBe(false);
    expect(first.isProved(60_000)).toBe(false);
  });

  test("one that lost its lock but not its connection finds that out, too", async () => {
    const database = await newTown();
    const lines: LoneConnection[] = [];
    const lock = lockOf(database, newTime(), lines);
    expect(await lock.take()).toEqual({ held: true, anew: true });
    expect(await lock.take()).toEqual({ held: true, anew: false });
    // As a server does that was restarted behind a proxy.
    await lines[0]?.rows("select release_all_locks()");
    expect(await holderOf(database)).toBe(0);
    expect(await lock.take()).toEqual({ held: true, anew: true });
    expect(await holderOf(database)).toBeGreaterThan(0);
    expect(lines).toHaveLength(1);
  });

  test("a leader without a sign of life is put down after seven seconds; one that gives them is not", async () => {
    const database = await newTown();
    const time = newTime();
    const [first, second] = [lockOf(database, newTime()), lockOf(database, time)];
    await first.take();
    for (let beats = 0; beats < 30; beats += 1) {
      if (beats % 2 === 0) await first.take();
      expect(await standBy(second, time, 1)).toEqual(["stands by"]);
    }
    const seen = await standBy(second, time, 6);
    expect(new Set(seen)).toEqual(new Set(["stands by"]));
    await expect.poll(async () => (await second.take()).held, soon).toBe(true);
    expect(first.isProved(1_000_000)).toBe(false);
    await expect.poll(async () => (await first.take().catch(() => ({ held: true }))).held, soon).toBe(false);
  });

  test("who was frozen himself does not take what he missed for silence", async () => {
    const database = await newTown();
    const time = newTime();
    const [first, second] = [lockOf(database, newTime()), lockOf(database, time)];
    await first.take();
    for (let looks = 0; looks < 5; looks += 1) {
      expect(await standBy(second, time, 1)).toEqual(["stands by"]);
      time.pass(60_000);
    }
    expect((await first.take()).held).toBe(true);
  });

  test("a command under way is seen from outside", async () => {
    const database = await newTown();
    const time = newTime();
    const [first, second] = [lockOf(database, newTime()), lockOf(database, time)];
    await first.take();
    first.setBusy(true);
    await first.take();
    expect(await standBy(second, time, 1)).toEqual(["busy"]);
    first.setBusy(false);
    await first.take();
    expect(await standBy(second, time, 1)).toEqual(["stands by"]);
  });
}

/** Without a server. */
export function silenceSuite(): void {
  test("silence is what was looked at, of one leader that gives signs at all", () => {
    let now = 0;
    const silence = createSilence(() => now);
    const after = (ms: number, holder: number, ...beats: number[]): number => {
      now += ms;
      return silence({ holder, beats });
    };
    expect([after(0, 7, 1), after(1_000, 7, 1), after(1_000, 7, 1), after(1_000, 7, 2)]).toEqual([0, 1_000, 2_000, 0]);
    expect([after(1_000, 7, 2), after(1_000, 8, 2), after(3_001, 8, 2)]).toEqual([1_000, 0, 0]);
    expect([after(1_000, 9), after(1_000, 9), after(1_000, 9)]).toEqual([0, 0, 0]);
  });
}
