import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { findRefineries, gateAdvice } from "../src/gate.ts";

test("a refinery is seen by a process that works in it", () => {
  const dir = tempDir(onTestFinished).path;
  const town = join(dir, "town");
  mkdirSync(town);
  const proc = join(dir, "proc");
  const processes: readonly (readonly [string, string])[] = [
    ["11", `${town}/beta/refinery/rig`],
    ["12", `${town}/alpha/refinery`],
    ["13", `${town}/alpha/refinery/rig/deep`],
    ["14", `${town}/alpha/polecats/refinery`],
    ["15", `${town}/refinery/rig`],
    ["16", `${dir}/other/alpha/refinery`],
    ["17", `${town}/gamma/refinery-old`],
    [String(process.pid), `${town}/delta/refinery`],
    ["self", `${town}/epsilon/refinery`],
  ];
  for (const [pid, cwd] of processes) {
    mkdirSync(join(proc, pid), { recursive: true });
    symlinkSync(cwd, join(proc, pid, "cwd"));
  }
  mkdirSync(join(proc, "18"));
  expect(findRefineries(town, proc)).toEqual(["alpha", "beta"]);
  expect(findRefineries(town, join(dir, "none"))).toEqual([]);
});

test("says who closes convoys beside the gate, and nothing where nobody is seen", () => {
  const town = tempDir(onTestFinished).path;
  expect(gateAdvice(town, undefined)).toBeUndefined();
  expect(gateAdvice(town, "gt daemon (pid 7)")).toBe(
    "gt daemon (pid 7) closes convoys by itself, merged or not: the gate is only advice beside it",
  );
});
