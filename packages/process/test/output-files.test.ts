import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { shellProgram, tempDir, until } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { type CommandOutcome, forgetOutput, readOutput, runCommand } from "../src/index.ts";

interface Place {
  readonly dir: string;
  readonly outputDir: string;
}

function place(): Place {
  const dir = tempDir(onTestFinished).path;
  const outputDir = join(dir, "own");
  mkdirSync(outputDir);
  return { dir, outputDir };
}

function run({ dir, outputDir }: Place, body: string): Promise<CommandOutcome> {
  const program = shellProgram(dir, "program", body);
  const { signal } = new AbortController();
  return runCommand(program, [], {
    cwd: dir,
    env: process.env,
    timeout: 20_000,
    signal,
    grace: 200,
    output: { dir: outputDir, name: "run" },
  });
}

test("output that goes to files is told as that of pipes, and leaves no file behind", async () => {
  const at = place();
  expect(await run(at, "echo on err >&2; echo on out; exit 7")).toEqual({
    exitCode: 7,
    timedOut: false,
    left: false,
    output: "on out\non err",
  });
  expect(await run(at, "exit 0")).toEqual({ exitCode: 0, timedOut: false, left: false, output: "" });
  expect(readdirSync(at.outputDir)).toEqual([]);
});

test("the last 4 KiB of each are kept, of characters whole", async () => {
  const { output } = await run(place(), "seq 1 30000; printf 'é%.0s' $(seq 1 4000) >&2");
  const [stdout = "", stderr = ""] = output.split("\n30000\n");
  expect(stdout.length).toBeGreaterThan(4_000);
  expect(stdout.length).toBeLessThanOrEqual(4_096);
  expect(stderr).toMatch(/^\ufffd?é{2000,2048}$/);
});

test.skipIf(!existsSync("/proc/self/fd"))(
  "a file that grows long is emptied (left out where there is no /proc)",
  async () => {
    const size = "$(stat -L -c %s /proc/$$/fd/1)";
    const body = `head -c 3000000 /dev/zero; while [ "${size}" -gt 1048576 ]; do sleep 0.05; done; echo; echo emptied`;
    expect(await run(place(), body)).toEqual({ exitCode: 0, timedOut: false, left: false, output: "emptied" });
  },
);

test("with no directory to write to there are pipes", async () => {
  const at = place();
  const outcome = await run({ ...at, outputDir: join(at.dir, "none") }, "echo said");
  expect(outcome).toEqual({ exitCode: 0, timedOut: false, left: false, output: "said" });
});

test("a command goes on when the process that started it is killed, and may say what it likes", async () => {
  const at = place();
  const program = shellProgram(at.dir, "program", "echo $$ > pid; sleep 0.3; echo closed && echo told > told");
  const starter = fileURLToPath(new URL("support/programs/run-command.ts", import.meta.url));
  const runtime = process.versions["deno"] === undefined ? [] : ["run", "-A"];
  const parent = spawn(process.execPath, [...runtime, starter, program, at.outputDir], { stdio: "ignore" });
  await until(() => existsSync(join(at.dir, "pid")) && readFileSync(join(at.dir, "pid"), "utf8").endsWith("\n"));
  parent.kill("SIGKILL");
  await once(parent, "exit");
  await until(() => existsSync(join(at.dir, "told")) && statSync(join(at.dir, "told")).size > 0);
  const output = { dir: at.outputDir, name: "run" };
  expect(readdirSync(at.outputDir).toSorted()).toEqual(["run.stderr", "run.stdout"]);
  expect(readOutput(output, 100)).toBe("closed");
  forgetOutput(output);
  expect(readdirSync(at.outputDir)).toEqual([]);
});
