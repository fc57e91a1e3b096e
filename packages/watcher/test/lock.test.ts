import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type DriverName, DRIVERS } from "@gastown/sqlite-resolver";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { StateDirError, TownLockedError } from "../src/index.ts";
import { lockTown, type TownLock } from "../src/lock.ts";
import { makeStateDir } from "../src/state-dir.ts";
import { startHolder } from "./support/holder.ts";

const since = new Date("2026-01-12T12:00:00Z");

async function lock(town: string, driver: DriverName): Promise<TownLock> {
  const held = await lockTown(town, since, driver);
  onTestFinished(() => held.release());
  return held;
}

async function fault(town: string, driver: DriverName): Promise<unknown> {
  try {
    (await lockTown(town, since, driver)).release();
    return undefined;
  } catch (error) {
    return error;
  }
}

const town = (): string => tempDir(onTestFinished).path;

describe.each(DRIVERS)("the lock of a town (%s)", (driver) => {
  test.each(DRIVERS)("held by another process (%s) is refused, with that one's pid", async (other) => {
    const dir = town();
    const holder = await startHolder(dir, other);
    const error = await fault(dir, driver);
    expect(error).toBeInstanceOf(TownLockedError);
    expect(error).toMatchObject({
      code: "town-locked",
      pid: holder.pid,
      message: expect.stringContaining(`pid ${holder.pid}`),
      hint: `one watcher a town is enough: \`convoy-cli status\` shows what it does; to stop it, kill ${holder.pid}, or \`gastown plugins disable convoy-watcher\` if it is the plugin`,
    });
  });

  test("is refused to a second watcher in the same process, and free after the first", async () => {
    const dir = town();
    const first = await lock(dir, driver);
    expect(await fault(dir, driver)).toMatchObject({ pid: process.pid });
    first.release();
    expect(await fault(dir, driver)).toBeUndefined();
  });

  test("is free at once when its holder is killed, whatever its pid file still says", async () => {
    const dir = town();
    const holder = await startHolder(dir, driver);
    await holder.kill();
    expect(existsSync(join(makeStateDir(dir), "watcher.pid"))).toBe(true);
    await lock(dir, driver);
    expect(JSON.parse(readFileSync(join(makeStateDir(dir), "watcher.pid"), "utf8"))).toEqual({
      pid: process.pid,
      since: since.toISOString(),
    });
  });

  test("is free when its holder has let go", async () => {
    const dir = town();
    const holder = await startHolder(dir, driver);
    await holder.release();
    expect(existsSync(join(makeStateDir(dir), "watcher.pid"))).toBe(false);
    expect(await fault(dir, driver)).toBeUndefined();
  });

  test("is not held by a pid file alone: of a dead process, of garbage, of a live process", async () => {
    for (const text of ['{"pid":99999999,"since":"x"}', "garbage", `{"pid":${process.ppid},"since":"x"}`]) {
      const dir = town();
      writeFileSync(join(makeStateDir(dir), "watcher.pid"), text);
      expect(await fault(dir, driver)).toBeUndefined();
    }
  });

  test("is refused without a name when the holder's note says nothing", async () => {
    const dir = town();
    await startHolder(dir, driver);
    writeFileSync(join(makeStateDir(dir), "watcher.pid"), "garbage");
    expect(await fault(dir, driver)).toMatchObject({
      code: "town-locked",
      pid: undefined,
      message: expect.stringContaining("another watcher"),
      hint: expect.stringMatching(/ to stop it, `gastown plugins disable convoy-watcher` if it is the plugin$/),
    });
  });

  test("released twice does not take away the note of the next holder", async () => {
    const dir = town();
    const first = await lock(dir, driver);
    first.release();
    await lock(dir, driver);
    first.release();
    expect(await fault(dir, driver)).toMatchObject({ pid: process.pid });
  });

  test("leaves nothing in the town but its own directory", async () => {
    const dir = town();
    (await lock(dir, driver)).release();
    expect(readdirSync(dir)).toEqual([".runtime"]);
    expect(readdirSync(join(dir, ".runtime/convoy-watcher"))).toEqual(["watcher.lock"]);
  });
});

// As root no mode keeps a directory from being written, so what stands in the way here is a file or a loop.
describe.each(DRIVERS)("a state directory that cannot be had (%s)", (driver) => {
  test("because a file is in its place", async () => {
    const dir = town();
    writeFileSync(join(dir, ".runtime"), "");
    expect(await fault(dir, driver)).toBeInstanceOf(StateDirError);
    expect(await fault(dir, driver)).toMatchObject({
      code: "state-not-writable",
      path: join(dir, ".runtime/convoy-watcher"),
      hint: expect.stringContaining("owner"),
    });
  });

  test("because it is a link that leads in a circle", async () => {
    const dir = town();
    symlinkSync(".runtime", join(dir, ".runtime"));
    expect(await fault(dir, driver)).toBeInstanceOf(StateDirError);
  });

  test("because its lock file is a directory, or no database", async () => {
    const dir = town();
    mkdirSync(join(makeStateDir(dir), "watcher.lock"));
    expect(await fault(dir, driver)).toBeInstanceOf(StateDirError);
    const other = town();
    writeFileSync(join(makeStateDir(other), "watcher.lock"), "garbage".repeat(1_000));
    expect(await fault(other, driver)).toBeInstanceOf(StateDirError);
  });

  test("because its note cannot be written: the lock is let go again", async () => {
    const dir = town();
    const note = join(makeStateDir(dir), "watcher.pid");
    mkdirSync(join(note, "in the way"), { recursive: true });
    expect(await fault(dir, driver)).toBeInstanceOf(StateDirError);
    expect(await fault(dir, driver), "not: locked").toBeInstanceOf(StateDirError);
  });
});
