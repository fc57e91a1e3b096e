import { execFileSync, spawn } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { installStandIns, shellProgram, tempDir, until } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { findRival, locksIn, locksOn } from "../src/other-processes.ts";

function town(): { dir: string; pidFile: string; lockFile: string } {
  const dir = tempDir(onTestFinished).path;
  mkdirSync(join(dir, "daemon"));
  return { dir, pidFile: join(dir, "daemon/daemon.pid"), lockFile: join(dir, "daemon/daemon.lock") };
}

/** A process that can be seen by its pid; it ends with the test. */
function start(program: string, args: readonly string[], cwd?: string): number {
  const child = spawn(program, args, { stdio: "ignore", detached: true, cwd });
  const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  onTestFinished(async () => {
    if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    await exited;
  });
  return child.pid ?? 0;
}

describe("a gt daemon in the town", () => {
  test("is not there when there is nothing of it", () => {
    expect(findRival(tempDir(onTestFinished).path)).toBeUndefined();
    expect(findRival(town().dir)).toBeUndefined();
  });

  test("is known by a pid file that names a live process, where there is no lock file", () => {
    const { dir, pidFile } = town();
    const pid = start("sleep", ["60"]);
    writeFileSync(pidFile, `${pid}\n`);
    expect(findRival(dir)).toEqual({ name: `gt daemon (pid ${pid})`, checking: false });
    writeFileSync(pidFile, `${pid}\n1234-nonce\n`);
    expect(findRival(dir)?.name, "newer ones write more lines").toBe(`gt daemon (pid ${pid})`);
  });

  test("is known by its lock (flock), whatever the pid file says", async () => {
    const { dir, pidFile, lockFile } = town();
    writeFileSync(lockFile, "");
    writeFileSync(pidFile, "garbage");
    start("flock", ["--exclusive", lockFile, "sleep", "60"]);
    expect((await until(() => findRival(dir))).name).toMatch(/^gt daemon \(pid \d+\)$/);
  });

  test.skipIf(!existsSync("/proc/locks"))(
    "is not made by a lock on another file with the same inode (left out where there is no /proc)",
    async () => {
      const { dir, lockFile } = town();
      writeFileSync(lockFile, "");
      const { ino } = statSync(lockFile);
      const locks = readFileSync("/proc/locks", "utf8");
      // A lock that somebody holds elsewhere is shown under the inode of ours.
      const other = join(dir, "other");
      writeFileSync(other, "");
      start("flock", ["--exclusive", other, "sleep", "60"]);
      const held = await until(() => locksOn(other)?.find(({ kind }) => kind === "FLOCK"));
      expect(held.sameDevice).toBe(true);
      expect(locksOn(lockFile)).toEqual([]);
      const lines = [`1: FLOCK  ADVISORY  WRITE ${held.pid} fe:ff:${ino} 0 EOF`, `1: -> ${locks.split("\n")[0]}`];
      expect(locksIn(lines.join("\n"), statSync(lockFile, { bigint: true }))).toEqual([
        { pid: held.pid, kind: "FLOCK", sameDevice: false },
      ]);
    },
  );

  test.skipIf(!existsSync("/proc/self/stat"))(
    "is seen to be at work while a gt convoy check of its own runs (left out where there is no /proc)",
    async () => {
      const { dir, pidFile } = town();
      const gt = shellProgram(
        dir,
        "gt",
        'case "$1" in daemon) "$0" convoy check hq-cv-a & wait; sleep 60;; *) while [ ! -e go ]; do sleep 0.02; done;; esac',
      );
      const pid = start(gt, ["daemon"], dir);
      writeFileSync(pidFile, String(pid));
      const other = start(shellProgram(dir, "other-gt", "sleep 60"), ["convoy", "check"], dir);
      expect(other).toBeGreaterThan(0);
      await until(() => findRival(dir)?.checking === true);
      writeFileSync(join(dir, "go"), "");
      await until(() => findRival(dir)?.checking === false);
    },
  );

  test("is gone when its lock is free and its pid belongs to something else now", () => {
    const { dir, pidFile, lockFile } = town();
    writeFileSync(lockFile, "");
    writeFileSync(pidFile, String(start("sleep", ["60"])));
    expect(findRival(dir)).toBeUndefined();
  });

  test("is gone when the process is dead", () => {
    const { dir, pidFile } = town();
    writeFileSync(pidFile, "99999999");
    expect(findRival(dir)).toBeUndefined();
  });

  test.for(["", "garbage", "12abc", "-1", "0", "1", "3.5", "9".repeat(40)])(
    "is not made by the pid file %j",
    (text) => {
      const { dir, pidFile } = town();
      const own = text === "12abc" ? `${process.pid}abc` : text;
      writeFileSync(pidFile, own);
      expect(findRival(dir)).toBeUndefined();
    },
  );

  test("is not waited for where its pid file is a pipe", () => {
    const { dir, pidFile } = town();
    execFileSync("mkfifo", [pidFile]);
    expect(findRival(dir)).toBeUndefined();
  });

  test("is found when the stand-in gt runs one", async () => {
    const { dir, pidFile } = town();
    mkdirSync(join(dir, "mayor"));
    mkdirSync(join(dir, ".beads"));
    writeFileSync(join(dir, "mayor/town.json"), "{}");
    const { gt } = installStandIns(join(dir, "bin"));
    const child = spawn(gt, ["daemon", "run"], { cwd: dir, stdio: "ignore", detached: true });
    const exited = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
    onTestFinished(async () => {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
      await exited;
    });
    const rival = await until(() => findRival(dir));
    expect(rival.name).toBe(`gt daemon (pid ${readFileSync(pidFile, "utf8").trim()})`);
  });
});
