import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  buildTown,
  gtGenerations,
  installStandIns,
  isAlive,
  shellProgram,
  type StandIns,
  tempDir,
  type Town,
  until,
} from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { createGtLander, createGtProbe } from "../src/gt-lander.ts";
import { fileIdentity } from "../src/tools.ts";

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

function probe(gt: string, time = { now: 0 }) {
  const options = { gt, town: "/", env: process.env, now: () => time.now, identity: () => fileIdentity(gt) };
  return createGtProbe(options);
}

/** A gt that prints this help, and says this version. */
function gtSaying(help: string, version = "0.2.6"): string {
  const dir = tempDir(onTestFinished).path;
  writeFileSync(join(dir, "help"), help);
  return shellProgram(
    dir,
    "gt",
    `case $1 in version) echo "gt version ${version} (dev)" ;; *) cat '${dir}/help' ;; esac`,
  );
}

test.for(gtGenerations)("gt of $of", async ({ checkHelp, version, checkTakesId, stamps }) => {
  const gt = gtSaying(checkHelp, version);
  expect(await probe(gt)()).toEqual({ checkTakesId, stamps });
});

test.for([
  [{ gt: { mode: "seed" } }, false, false],
  [{ gt: { mode: "head" } }, true, false],
  [{ gt: { mode: "july" } }, true, true],
] as const)("the stand-in, %j", async ([control, checkTakesId, stamps]) => {
  const standIns = installStandIns(tempDir(onTestFinished).path);
  standIns.control.set(control);
  expect(await probe(standIns.gt)()).toEqual({ checkTakesId, stamps });
});

test.for([
  ["1.1.0", false],
  ["1.2.0", true],
  ["1.10.0", true],
  ["2.0.0", true],
  ["of my own", false],
] as const)("gt %s notes that it has told people: %s", async ([version, stamps]) => {
  expect(await probe(gtSaying(gtGenerations.at(-1)?.checkHelp ?? "", version))()).toMatchObject({ stamps });
});

test("is asked once for each gt, and again when it is replaced", async () => {
  const [seed, later] = gtGenerations;
  const gt = gtSaying(seed?.checkHelp ?? "");
  const knows = probe(gt);
  expect(await Promise.all([knows(), knows()])).toMatchObject([{ checkTakesId: false }, { checkTakesId: false }]);
  writeFileSync(join(gt, "../help"), later?.checkHelp ?? "");
  expect(await knows()).toMatchObject({ checkTakesId: false });
  writeFileSync(gt, `#!/bin/sh\ncat '${join(gt, "../help")}'\n`);
  expect(await knows()).toMatchObject({ checkTakesId: true });
});

test("of one that does not say, nothing is taken for granted, and it is asked again after a while", async () => {
  const time = { now: 0 };
  const dir = tempDir(onTestFinished).path;
  const gt = shellProgram(dir, "gt", `test -e '${dir}/ready' || exit 1; echo '  gt convoy check [flags]'`);
  const knows = probe(gt, time);
  expect(await knows()).toEqual({ checkTakesId: true, stamps: false });
  writeFileSync(join(dir, "ready"), "");
  time.now = 60_000;
  expect(await knows()).toMatchObject({ checkTakesId: true });
  time.now = 300_001;
  expect(await knows()).toEqual({ checkTakesId: false, stamps: false });
  expect(await probe(join(dir, "none"))()).toEqual({ checkTakesId: true, stamps: false });
});
