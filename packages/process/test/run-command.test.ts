import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { isAlive, shellProgram, tempDir, until } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { type CommandOptions, type CommandOutcome, readOutput, runCommand } from "../src/index.ts";

interface Command {
  readonly dir: string;
  readonly outcome: Promise<CommandOutcome>;
  readonly controller: AbortController;
  /** A pid that the program wrote into a file. */
  pid(name: string): Promise<number>;
}

function command(body: string, options: Partial<CommandOptions> = {}, args: readonly string[] = []): Command {
  const dir = tempDir(onTestFinished).path;
  const controller = new AbortController();
  const program = shellProgram(dir, "program", body);
  const outcome = runCommand(program, args, {
    cwd: dir,
    env: process.env,
    timeout: 20_000,
    signal: controller.signal,
    grace: 200,
    ...options,
  });
  const pid = async (name: string): Promise<number> => {
    const file = join(dir, name);
    await until(() => existsSync(file) && readFileSync(file, "utf8").endsWith("\n"));
    return Number(readFileSync(file, "utf8"));
  };
  return { dir, outcome, controller, pid };
}

describe("a command", () => {
  test("is run without a shell, with its arguments, directory and environment as given", async () => {
    const { dir, outcome } = command(
      'printf "%s|" "$@"; echo; pwd; echo "$PROOF"; echo "${HOME-none}"',
      { env: { PATH: process.env["PATH"], PROOF: "$(id)" } },
      ["convoy", "a b", "$(id)", "*"],
    );
    expect(await outcome).toEqual({
      exitCode: 0,
      timedOut: false,
      left: false,
      output: `convoy|a b|$(id)|*|\n${dir}\n$(id)\nnone`,
    });
  });

  test("tells its exit status, stdout before stderr", async () => {
    expect(await command("echo on err >&2; echo on out; exit 7").outcome).toEqual({
      exitCode: 7,
      timedOut: false,
      left: false,
      output: "on out\non err",
    });
  });

  test("tells the signal that ended it", async () => {
    expect(await command("echo last; kill -s KILL $$").outcome).toEqual({
      signal: "SIGKILL",
      timedOut: false,
      left: false,
      output: "last",
    });
  });

  test("that is not there is a failure, not a rejection", async () => {
    const dir = tempDir(onTestFinished).path;
    const options = { cwd: dir, env: {}, timeout: 1_000, signal: new AbortController().signal };
    expect(await runCommand(join(dir, "none"), [], options)).toMatchObject({
      failure: { code: "ENOENT" },
      timedOut: false,
      left: false,
      output: "",
    });
    expect(await runCommand(dir, [], options)).toMatchObject({ failure: { code: "EACCES" } });
  });

  test("in a directory that is not there is a failure as well", async () => {
    const { outcome } = command("echo no", { cwd: "/none/such" });
    expect(await outcome).toMatchObject({ failure: { code: "ENOENT" } });
  });

  test("may print as much as it likes: the last 4 KiB of each stream are kept", async () => {
    const { output, exitCode } = await command("seq 1 3000000; seq 1 200000 >&2; exit 3").outcome;
    expect(exitCode).toBe(3);
    const [stdout = "", stderr = ""] = output.split("\n3000000\n");
    expect(stdout.length + "\n3000000".length).toBeLessThanOrEqual(4_096);
    expect(stderr.length).toBeLessThanOrEqual(4_096);
    expect(stderr.endsWith("200000")).toBe(true);
  });

  test("that takes too long is ended, with what it said until then", async () => {
    const { outcome, pid } = command("echo $$ > pid; echo working; sleep 60", { timeout: 300 });
    expect(await outcome).toEqual({ signal: "SIGTERM", timedOut: true, left: false, output: "working" });
    await until(async () => !isAlive(await pid("pid")));
  });

  test("that ignores SIGTERM is killed, and what it has started with it", async () => {
    const { outcome, pid } = command(
      'trap "" TERM; (trap "" TERM; echo $$ > leader; sleep 60 & echo $! > child; wait) & wait; sleep 60',
      { timeout: 1_000 },
    );
    const { timedOut, exitCode } = await outcome;
    expect(timedOut).toBe(true);
    expect(exitCode).toBeUndefined();
    const child = await pid("child");
    await until(() => !isAlive(child));
  });

  test("is ended at once when it is told to", async () => {
    const { outcome, controller, pid } = command("echo $$ > pid; sleep 60");
    const leader = await pid("pid");
    controller.abort();
    expect(await outcome).toMatchObject({ signal: "SIGTERM", timedOut: false, left: false });
    expect(isAlive(leader)).toBe(false);
  });

  test("does not outlive a signal that was there before it", async () => {
    const { outcome } = command("sleep 60", { signal: AbortSignal.abort() });
    expect((await outcome).exitCode).toBeUndefined();
  });

  test("does not wait for a process that holds its output, and leaves none of its group behind", async () => {
    const { outcome, pid } = command("sleep 60 & echo $! > child; echo done");
    expect(await outcome).toEqual({ exitCode: 0, timedOut: false, left: false, output: "done" });
    const child = await pid("child");
    await until(() => !isAlive(child));
  });

  test("that is left goes on by itself, with what it started, and what it says is kept", async () => {
    const own = tempDir(onTestFinished).path;
    const output = { dir: own, name: "run" };
    const leave = new AbortController();
    let started: number | undefined;
    const { outcome, pid, dir } = command(
      "echo begun; echo $$ > pid; while [ ! -e go ]; do sleep 0.02; done; echo told; echo $? > end",
      { output, leave: leave.signal, onStart: (number) => (started = number) },
    );
    const leader = await pid("pid");
    expect(started).toBe(leader);
    leave.abort();
    expect(await outcome).toEqual({ timedOut: false, left: true, output: "begun" });
    expect(isAlive(leader)).toBe(true);
    writeFileSync(join(dir, "go"), "");
    await pid("end");
    await until(() => !isAlive(leader));
    expect(readOutput(output, 100)).toBe("begun\ntold");
  });

  test("that is being ended is not left", async () => {
    const leave = new AbortController();
    const { outcome, controller, pid } = command('trap "" TERM; echo $$ > pid; sleep 60; sleep 60', {
      leave: leave.signal,
    });
    const leader = await pid("pid");
    controller.abort();
    leave.abort();
    expect(await outcome).toMatchObject({ left: false });
    expect(isAlive(leader)).toBe(false);
  });
});
