import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { StateDirError, TownLockedError } from "../src/index.ts";
import { lockTown, type TownLock } from "../src/lock.ts";
import { makeStateDir } from "../src/state-dir.ts";
import { startHolder } from "./support/holder.ts";

const since = new Date("2026-01-12T12:00:00Z");

function lock(town: string): TownLock {
  const held = lockTown(town, since);
  onTestFinished(() => held.release());
  return held;
}

function fault(town: string): unknown {
  try {
    lockTown(town, since).release();
    return undefined;
  } catch (error) {
    return error;
  }
}

const town = (): string => tempDir(onTestFinished).path;

describe("the lock of a town", () => {
  test("held by another process is refused, with that one's pid", async () => {
    const dir = town();
    const holder = await startHolder(dir);
    const error = fault(dir);
    expect(error).toBeInstanceOf(TownLockedError);
    expect(error).toMatchObject({
      code: "town-locked",
      pid: holder.pid,
      message: expect.stringContaining(`pid ${holder.pid}`),
      hint: `one watcher a town is enough: \`convoy-cli status\` shows what it does; to stop it, kill ${holder.pid}, or \`gastown plugins disable convoy-watcher\` if it is the plugin`,
    });
  });

  test("is refused to a second watcher in the same process, and free after the first", () => {
    const dir = town();
    const first = lock(dir);
    expect(fault(dir)).toMatchObject({ pid: process.pid });
    first.release();
    expect(fault(dir)).toBeUndefined();
  });

  test("is free at once when its holder is killed, whatever its pid file still says", async () => {
    const dir = town();
    const holder = await startHolder(dir);
    await holder.kill();
    expect(existsSync(join(makeStateDir(dir), "watcher.pid"))).toBe(true);
    lock(dir);
    expect(JSON.parse(readFileSync(join(makeStateDir(dir), "watcher.pid"), "utf8"))).toEqual({
      pid: process.pid,
      since: since.toISOString(),
    });
  });

  test("is free when its holder has let go", async () => {
    const dir = town();
    const holder = await startHolder(dir);
    await holder.release();
    expect(existsSync(join(makeStateDir(dir), "watcher.pid"))).toBe(false);
    expect(fault(dir)).toBeUndefined();
  });

  test("is not held by a pid file alone: of a dead process, of garbage, of a live process", () => {
    for (const text of ['{"pid":99999999,"since":"x"}', "garbage", `{"pid":${process.ppid},"since":"x"}`]) {
      const dir = town();
      writeFileSync(join(makeStateDir(dir), "watcher.pid"), text);
      expect(fault(dir)).toBeUndefined();
    }
  });

  test("is refused without a name when the holder's note says nothing", async () => {
    const dir = town();
    await startHolder(dir);
    writeFileSync(join(makeStateDir(dir), "watcher.pid"), "garbage");
    expect(fault(dir)).toMatchObject({
      code: "town-locked",
      pid: undefined,
      message: expect.stringContaining("another watcher"),
      hint: expect.stringMatching(/ to stop it, `gastown plugins disable convoy-watcher` if it is the plugin$/),
    });
  });

  test("released twice does not take away the note of the next holder", () => {
    const dir = town();
    const first = lock(dir);
    first.release();
    lock(dir);
    first.release();
    expect(fault(dir)).toMatchObject({ pid: process.pid });
  });

  test("leaves nothing in the town but its own directory", () => {
    const dir = town();
    lock(dir).release();
    expect(readdirSync(dir)).toEqual([".runtime"]);
    expect(readdirSync(join(dir, ".runtime/convoy-watcher"))).toEqual(["watcher.lock"]);
  });
});

// As root no mode keeps a directory from being written, so what stands in the way here is a file or a loop.
describe("a state directory that cannot be had", () => {
  test("because a file is in its place", () => {
    const dir = town();
    writeFileSync(join(dir, ".runtime"), "");
    expect(fault(dir)).toBeInstanceOf(StateDirError);
    expect(fault(dir)).toMatchObject({
      code: "state-not-writable",
      path: join(dir, ".runtime/convoy-watcher"),
      hint: expect.stringContaining("owner"),
    });
  });

  test("because it is a link that leads in a circle", () => {
    const dir = town();
    symlinkSync(".runtime", join(dir, ".runtime"));
    expect(fault(dir)).toBeInstanceOf(StateDirError);
  });

  test("because its lock file is a directory, or no database", () => {
    const dir = town();
    mkdirSync(join(makeStateDir(dir), "watcher.lock"));
    expect(fault(dir)).toBeInstanceOf(StateDirError);
    const other = town();
    writeFileSync(join(makeStateDir(other), "watcher.lock"), "garbage".repeat(1_000));
    expect(fault(other)).toBeInstanceOf(StateDirError);
  });

  test("because its note cannot be written: the lock is let go again", () => {
    const dir = town();
    const note = join(makeStateDir(dir), "watcher.pid");
    mkdirSync(join(note, "in the way"), { recursive: true });
    expect(fault(dir)).toBeInstanceOf(StateDirError);
    expect(fault(dir), "not: locked").toBeInstanceOf(StateDirError);
  });
});
