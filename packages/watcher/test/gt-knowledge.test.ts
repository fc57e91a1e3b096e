import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { gtGenerations, installStandIns, shellProgram, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { createGtProbe } from "../src/gt-lander.ts";
import { fileIdentity } from "../src/tools.ts";

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
