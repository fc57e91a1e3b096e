import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellProgram, tempDir, until } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { endProcess, isAlive, isRunning, markOf, type ProcessMark, sendSignal } from "../src/index.ts";

async function started(
  body: string,
): Promise<{ readonly mark: ProcessMark; readonly gone: Promise<void>; dir: string }> {
  const dir = tempDir(onTestFinished).path;
  const child = spawn(shellProgram(dir, "program", body), { cwd: dir, detached: true, stdio: "ignore" });
  const gone = new Promise<void>((resolve) => void child.once("exit", () => resolve()));
  onTestFinished(() => void child.kill("SIGKILL"));
  const mark = await until(() => markOf(child.pid ?? 0));
  return { mark, gone, dir };
}

test("a process is found again by its number and its start, as long as it runs", async () => {
  const { mark, gone } = await started("sleep 60");
  expect(markOf(mark.pid)).toEqual(mark);
  expect(isRunning(mark)).toBe(true);
  expect(isRunning({ ...mark, start: `${mark.start}1` }), "its number, but another start").toBe(false);
  process.kill(mark.pid, "SIGKILL");
  await gone;
  expect([markOf(mark.pid), isRunning(mark)]).toEqual([undefined, false]);
});

test("one that has ended and is not asked about does not run", async () => {
  const { mark, dir } = await started("sleep 60 & echo $! > child; kill -s STOP $$; wait");
  const file = join(dir, "child");
  await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
  const child = await until(() => markOf(Number(readFileSync(file, "utf8"))));
  process.kill(child.pid, "SIGKILL");
  await until(() => !isRunning(child));
  expect(isAlive(child.pid), "its parent, which is stopped, has not asked").toBe(true);
  process.kill(-mark.pid, "SIGKILL");
});

test("is ended with its group, one that ignores SIGTERM as well, and no other", async () => {
  const { mark, dir } = await started('trap "" TERM; sleep 60 & echo $! > child; wait; sleep 60');
  const file = join(dir, "child");
  await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
  const child = Number(readFileSync(file, "utf8"));
  expect(await endProcess({ ...mark, start: "another" }, 100)).toBe(false);
  expect(isRunning(mark)).toBe(true);
  expect(await endProcess(mark, 100)).toBe(true);
  await until(() => !isRunning(mark) && !isAlive(child));
  expect(await endProcess(mark, 100)).toBe(false);
});

test("there is none that has never been", () => {
  expect([markOf(2 ** 30), isAlive(2 ** 30), isRunning({ pid: 2 ** 30, start: "x" })]).toEqual([
    undefined,
    false,
    false,
  ]);
  expect(markOf(process.pid)?.pid).toBe(process.pid);
});

const program = fileURLToPath(new URL("support/programs/end-a-group.ts", import.meta.url));
const onDeno = "Deno" in globalThis;

const codeOf = (work: () => void): unknown => {
  try {
    work();
    return undefined;
  } catch (error) {
    return (error as { code?: unknown }).code;
  }
};

test("asks, ends, and tells that there is nobody any more", async () => {
  const child = spawn("/bin/sleep", ["60"], { detached: true, stdio: "ignore" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const pid = child.pid ?? 0;
  const gone = new Promise((resolve) => void child.once("exit", resolve));
  expect(codeOf(() => sendSignal(pid, 0))).toBeUndefined();
  expect(codeOf(() => sendSignal(-pid, "SIGKILL"))).toBeUndefined();
  await gone;
  expect(codeOf(() => sendSignal(-pid, "SIGKILL"))).toBe("ESRCH");
});

describe.skipIf(!onDeno)(
  `where Deno may run only some programs${onDeno ? "" : " (left out on Node, which allows all)"}`,
  () => {
    const runWith = (programs: string): string =>
      spawnSync(process.execPath, ["run", "--no-prompt", "--allow-env", `--allow-run=${programs}`, program], {
        encoding: "utf8",
      }).stdout;

    test("a group is ended by the system's kill, and a process that is gone is told as such", () => {
      expect(runWith("/bin/sleep,/bin/kill")).toBe("there: yes\nended by SIGKILL\nthere: ESRCH\n");
    });

    test("without that it is Deno's own refusal", () => {
      expect(runWith("/bin/sleep")).toBe("there: denied\n");
    });
  },
);
