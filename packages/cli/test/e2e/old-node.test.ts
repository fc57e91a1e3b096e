import { execFileSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { delimiter, join, sep } from "node:path";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { CLI } from "../support/running-cli.ts";
import { stage } from "../support/scene.ts";

const source = readFileSync(CLI, "utf8");

/** Runs the launcher as it would start on a Node of this version, as far as it gets without importing anything. */
function launchedBy(version: string): { said: string[]; status: number | undefined; imported: boolean } {
  const seen = { said: [] as string[], status: undefined as number | undefined, imported: false };
  class Exit extends Error {}
  const process = {
    versions: { node: version },
    argv: ["node", "convoy-cli", "--version"],
    env: {},
    exit(status: number) {
      seen.status = status;
      throw new Exit();
    },
  };
  const load = (): Promise<never> => {
    seen.imported = true;
    return new Promise(() => {});
  };
  const script = source
    .replace(/^#!.*/, "")
    .replaceAll("import.meta.url", `"file:///"`)
    .replaceAll(/\bimport\(/g, "load(");
  try {
    runInNewContext(script, { process, load, console: { error: (text: string) => seen.said.push(text) }, URL });
  } catch (error) {
    if (!(error instanceof Exit)) throw error;
  }
  return seen;
}

test.each(["18.20.8", "20.20.2", "21.7.3", "22.0.0", "22.13.1", "23.5.0"])(
  "on Node %s: one line that says which version is needed, and nothing imported",
  (version) => {
    expect(launchedBy(version)).toEqual({
      said: [`Error: convoy-cli needs Node 22.14, 23.6 or newer; this is Node ${version}`],
      status: 1,
      imported: false,
    });
  },
);

test.each(["22.14.0", "23.6.0", "24.0.0", "30.0.0"])("on Node %s it starts", (version) => {
  expect(launchedBy(version)).toEqual({ said: [], status: undefined, imported: true });
});

test("the launcher has no syntax that an old Node does not know, and no static import", () => {
  const code = source
    .replace(/^#!.*/, "")
    .replaceAll(/\/\/.*/g, "")
    .replaceAll(/"[^"]*"/g, `""`);
  expect(code).not.toMatch(/^\s*import\s*[^(\s]/m);
  expect(code).not.toMatch(/\?\?|\?\.|=>|`|\basync\b|\bawait\b|\bclass\b|\blet\b|#[a-z]/);
});

/** A Node before 22 on this machine, beside the one the repository brings. */
const old = (process.env["PATH"] ?? "")
  .split(delimiter)
  .filter((dir) => dir !== "" && !dir.includes(`${sep}node_modules${sep}`))
  .map((dir) => join(dir, "node"))
  .find((file) => {
    try {
      accessSync(file, constants.X_OK);
      return Number(/^v(\d+)/.exec(execFileSync(file, ["--version"], { encoding: "utf8" }))?.[1]) < 22;
    } catch {
      return false;
    }
  });
if (old === undefined) console.log("Left out: the launcher on a real old Node, since PATH has none");

test.skipIf(old === undefined)("a real old Node says it in one line, with exit status 1", async () => {
  const { run } = stage();
  const { code, stdout, stderr } = await run(["watch"], { command: [old ?? "", CLI] });
  expect(stderr).toMatch(/^Error: convoy-cli needs Node 22\.14, 23\.6 or newer; this is Node \d+\.\d+\.\d+\n$/);
  expect(stdout).toBe("");
  expect(code).toBe(1);
});
