import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import {
  buildTown,
  installStandIns,
  isAlive,
  shellProgram,
  type StandIns,
  tempDir,
  type Town,
  until,
} from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGtLander } from "../src/gt-lander.ts";

interface Setting extends StandIns {
  readonly dir: string;
  readonly town: Town;
}

function setting(): Setting {
  const dir = tempDir(onTestFinished).path;
  const town = buildTown(join(dir, "town"), { rigs: { alpha: { prefix: "al" } } });
  return { dir, town, ...installStandIns(join(dir, "bin")) };
}

const now = (): number => performance.now();
const never = { kill: new AbortController().signal, leave: new AbortController().signal };

describe("the lander", () => {
  test.for([
    ["check", ["convoy", "check", "hq-cv-a"], "gt convoy check hq-cv-a"],
    [
      "close",
      ["convoy", "close", "hq-cv-a", "--reason", "All tracked issues completed"],
      'gt convoy close hq-cv-a --reason "All tracked issues completed"',
    ],
    [
      "force",
      ["convoy", "close", "hq-cv-a", "--force", "--reason", "All tracked issues completed"],
      'gt convoy close hq-cv-a --force --reason "All tracked issues completed"',
    ],
  ] as const)("runs %s in the town as it says it does", async ([step, argv, words]) => {
    const { town, gt, control } = setting();
    town.createConvoy({ id: "hq-cv-a" });
    const lander = createGtLander({ gt, town: town.dir, env: { PATH: process.env["PATH"] }, now });
    expect(lander.command(step, "hq-cv-a")).toBe(words);
    expect(await lander.run(step, "hq-cv-a", never)).toMatchObject({ ended: "exit", exitCode: 0 });
    expect(control.calls("gt")).toMatchObject([{ argv, cwd: town.dir, env: {} }]);
  });

  test("gives the environment as it is, and nothing of its own process's", async () => {
    const { dir, town } = setting();
    const gt = shellProgram(dir, "gt", 'echo "$PROOF ${HOME-none}"');
    const lander = createGtLander({ gt, town: town.dir, env: { PATH: "/usr/bin:/bin", PROOF: "a b" }, now });
    expect(await lander.run("check", "hq-cv-a", never)).toEqual({ ended: "exit", exitCode: 0, output: "a b none" });
  });

  test("tells what gt said when it fails", async () => {
    const { town, gt, control } = setting();
    control.set({ gt: { mode: "fails", exitCode: 3, stderr: "Error: database is locked" } });
    const lander = createGtLander({ gt, town: town.dir, env: process.env, now });
    expect(await lander.run("check", "hq-cv-a", never)).toEqual({
      ended: "exit",
      exitCode: 3,
      output: "Error: database is locked",
    });
  });

  test("ends a gt that takes too long, with all it started, and says so", async () => {
    const { town, gt, control } = setting();
    control.set({ gt: { mode: "hangs", grandchild: true } });
    let time = 0;
    const lander = createGtLander({ gt, town: town.dir, env: process.env, now: () => time });
    const kill = new AbortController();
    const result = lander.run("check", "hq-cv-a", { ...never, kill: kill.signal });
    await until(() => control.calls("gt").find(({ children }) => children.length > 0));
    time = 60_000;
    kill.abort("timeout");
    expect(await result).toEqual({ ended: "timeout", output: "gt did not end within 60 s and was stopped" });
    const [call] = control.calls("gt");
    expect(call?.children).toHaveLength(1);
    for (const pid of [call?.pid ?? 0, ...(call?.children ?? [])]) await until(() => !isAlive(pid));
  });

  test("ends it at once when told to, one that ignores SIGTERM as well", async () => {
    const { town, gt, control } = setting();
    control.set({ gt: { mode: "hangs", ignoreSigterm: true, grandchild: true } });
    const controller = new AbortController();
    const lander = createGtLander({ gt, town: town.dir, env: process.env, now });
    const result = lander.run("check", "hq-cv-a", { ...never, kill: controller.signal });
    const call = await until(() => control.calls("gt").find(({ children }) => children.length > 0));
    controller.abort();
    expect(await result).toMatchObject({ ended: "signal", output: expect.stringContaining("gt was ended by SIG") });
    for (const pid of [call.pid, ...call.children]) await until(() => !isAlive(pid));
  });

  test("tells a gt that is gone from one that cannot be run", async () => {
    const { dir, town } = setting();
    const gt = shellProgram(dir, "gt", "true");
    const lander = createGtLander({ gt, town: town.dir, env: process.env, now });
    const before = lander.identity();
    expect(lander.identity()).toBe(before);
    rmSync(gt);
    expect(await lander.run("check", "hq-cv-a", never)).toEqual({
      ended: "not-found",
      output: `gt is not there any more: ${gt}`,
    });
    expect(lander.identity()).not.toBe(before);
    shellProgram(dir, "gt", "exit 0");
    expect(await lander.run("check", "hq-cv-a", never)).toMatchObject({ ended: "exit", exitCode: 0 });
    const odd = createGtLander({ gt: dir, town: town.dir, env: process.env, now });
    expect(await odd.run("check", "hq-cv-a", never)).toMatchObject({
      ended: "failed",
      output: expect.stringContaining("could not be started"),
    });
  });

  test("hands an id over as one argument, whatever a shell would make of it", async () => {
    const { dir, town } = setting();
    const gt = shellProgram(dir, "gt", `printf '%s\\n' "$@" > '${dir}/argv'`);
    const lander = createGtLander({ gt, town: town.dir, env: process.env, now });
    await lander.run("check", "a; touch $(id) `id` 'x' *", never);
    expect(readFileSync(join(dir, "argv"), "utf8")).toBe("convoy\ncheck\na; touch $(id) `id` 'x' *\n");
    expect(existsSync(join(town.dir, "x"))).toBe(false);
  });
});
