import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { controlOf, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { type Demo, isAlive, startDemo } from "./run-demo.ts";

/** The directory of the stand-ins, once the town is built: before the watcher is started. */
async function toolsOf(demo: Demo): Promise<string> {
  const tools = (): string => join(demo.temp, demo.left()[0] ?? "", "bin");
  await demo.until(() => existsSync(join(tools(), "control.json")));
  return tools();
}

test("lands what it promises, each convoy once, and leaves nothing", async () => {
  const demo = startDemo(["--json"]);
  const { code, stderr } = await demo.ended;
  const landed = demo.records("landed").map(({ convoy }) => convoy);
  const [summary] = demo.records("summary");

  expect({ code, stderr, landed }).toEqual({
    code: 0,
    stderr: "",
    landed: ["hq-cv-login", "hq-cv-rmapi", "hq-cv-night"],
  });
  expect(demo.records().at(-1)?.["event"]).toBe("summary");
  expect(summary).toMatchObject({
    fates: [
      { convoy: { id: "hq-cv-login" }, landed: true, good: true, ms: expect.any(Number) },
      { convoy: { id: "hq-cv-rmapi" }, landed: true, good: true, ms: expect.any(Number) },
      { convoy: { id: "hq-cv-night" }, landed: true, good: true, ms: expect.any(Number) },
      {
        convoy: { id: "hq-cv-books" },
        landed: false,
        good: true,
        why: expect.stringContaining("docs-w6n is not closed"),
      },
    ],
    done: 6,
    inFeed: 3,
  });
  // The close that passed the daemon by is told by the databases, and by nothing else.
  const sources = demo.records("close").filter(({ issue }) => issue === "api-q4d");
  expect(new Set(sources.map(({ source }) => source))).toEqual(new Set(["db"]));
  expect(demo.left()).toEqual([]);
  expect(demo.records("hello").map(({ pid }) => isAlive(pid))).toEqual([false, false]);
});

test("tells its story in words, in signs that a C locale has, and without colour when told so", async () => {
  const { code, stdout } = await startDemo(["--fast"], { LC_ALL: "C", FORCE_COLOR: "1", NO_COLOR: undefined }).ended;
  expect(code).toBe(0);
  expect(stdout).toContain("\u001B[");
  expect(stdout.replaceAll("\u001B", "")).toMatch(/^[\x20-\x7E\n]*$/);

  const plain = await startDemo(["--fast", "--no-color"], { FORCE_COLOR: "1" }).ended;
  expect(plain.stdout).not.toContain("\u001B");
  expect(plain.stdout).toMatch(/✓ LANDED {2}Ship passkey login, \d+ ms after its last close/);
  expect(plain.stdout).toContain("3 of 4 convoys landed, each once, and mayor/ was told of each once:");
  expect(plain.stdout).toContain("… Rewrite the handbook   waits: docs-w6n is not closed (docs, in_progress)");
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 0],
] as const)("cleans up when %s ends it in the middle, and exits with %i", async (signal, code) => {
  const demo = startDemo(["--json"]);
  await demo.until(() => demo.records("landed").length > 0);
  demo.child.kill(signal);
  expect(await demo.ended).toMatchObject({ code, stderr: "stopping (again to force)\n" });
  expect(demo.records("summary")).toEqual([]);
  expect(demo.left()).toEqual([]);
  expect(demo.records("hello").map(({ pid }) => isAlive(pid))).not.toContain(true);
});

test("ends when nobody reads it any more", async () => {
  const demo = startDemo(["--fast"]);
  demo.child.stdout?.once("data", () => demo.child.stdout?.destroy());
  expect((await demo.ended).code).toBe(0);
  expect(demo.left()).toEqual([]);
});

test("fails, and says so, when a convoy that should land does not", async () => {
  const demo = startDemo(["--json"]);
  controlOf(await toolsOf(demo)).set({ gt: { mode: "lies" } });
  expect((await demo.ended).code).toBe(1);
  expect(demo.records("summary")).toMatchObject([
    { fates: [{ convoy: { id: "hq-cv-login" }, landed: false, good: false }, {}, {}, {}] },
  ]);
  expect(demo.left()).toEqual([]);
});

test("fails with a hint when something it is made of does not work, and cleans up", async () => {
  const demo = startDemo(["--json"]);
  writeFileSync(join(await toolsOf(demo), "bd"), "#!/bin/sh\necho no room >&2\nexit 3\n");
  const { code, stderr } = await demo.ended;
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: bd .* failed: no room\nHint: .+\n$/);
  expect(demo.left()).toEqual([]);
});

test("builds no town inside of a town, whose gt would be led astray", async () => {
  const town = tempDir(onTestFinished).path;
  for (const name of ["mayor", ".beads", "tmp"]) mkdirSync(join(town, name));
  writeFileSync(join(town, "mayor", "town.json"), "{}");
  const temp = join(town, "tmp");
  const { code, stdout, stderr } = await startDemo([], {}, temp).ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toContain(`Error: the demo will not build its town in ${temp}`);
  expect(stderr).toContain("Hint: set TMPDIR to a directory outside of every town\n");
  expect(readdirSync(temp)).toEqual([]);
});
