import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { findTool } from "@gastown/convoy-watcher/host";
import { controlOf, tempDir } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Demo, isAlive, startDemo } from "./run-demo.ts";

const dolt = findTool("dolt", undefined, process.env["PATH"], "/");
const leftOut = dolt === undefined ? " (left out: there is no dolt on PATH)" : "";

/** A directory for PATH with a program `dolt`. */
function pathWith(script: string): string {
  const bin = join(tempDir(onTestFinished).path, "bin");
  mkdirSync(bin);
  writeFileSync(join(bin, "dolt"), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, "dolt"), 0o755);
  return bin;
}

interface DoltDemo extends Demo {
  /** Process id of the server, and how it was started; undefined before. */
  server(): { readonly pid: number; readonly command: string } | undefined;
}

/** The demo with the real dolt, of which we hear when and how it is started. */
function startDoltDemo(args: readonly string[]): DoltDemo {
  const bin = pathWith(`echo "$$ $*" > "$(dirname "$0")/draft"; mv "$(dirname "$0")/draft" "$(dirname "$0")/started"
exec '${dolt}' "$@"`);
  const started = join(bin, "started");
  const demo = startDemo(["--store", "dolt", ...args], { PATH: `${bin}${delimiter}${process.env["PATH"]}` });
  const server = (): ReturnType<DoltDemo["server"]> => {
    if (!existsSync(started)) return undefined;
    const [, pid = "", command = ""] = /^(\d+) (.*)/.exec(readFileSync(started, "utf8")) ?? [];
    return { pid: Number(pid), command };
  };
  onTestFinished(() => {
    const pid = server()?.pid;
    if (pid !== undefined && isAlive(pid)) process.kill(pid, "SIGKILL");
  });
  return { ...demo, server };
}

/** Nothing is left: no file, no watcher, no server. */
function expectNothingLeft(demo: DoltDemo): void {
  expect(demo.server()?.pid).toBeGreaterThan(0);
  expect(isAlive(demo.server()?.pid)).toBe(false);
  expect(demo.records("hello").filter(({ pid }) => isAlive(pid))).toEqual([]);
  expect(demo.left()).toEqual([]);
}

test("says in two lines that there is no dolt, and makes nothing", async () => {
  const demo = startDemo(["--store", "dolt"], { PATH: tempDir(onTestFinished).path });
  expect(await demo.ended).toEqual({
    code: 1,
    stdout: "",
    stderr: "Error: dolt is not on PATH\nHint: install Dolt, or leave out --store: a town in SQLite needs nothing\n",
  });
  expect(demo.left()).toEqual([]);
});

test("knows two stores, and takes no other", async () => {
  const { code, stdout, stderr } = await startDemo(["--store", "paper"]).ended;
  expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  expect(stderr).toMatch(/^Error: option '--store <store>' .*Allowed choices are sqlite, dolt.*\nHint: .+\n$/);
});

test.each(["exit 3", "kill -9 $$"])("fails at once when the server does not start: %s", async (script) => {
  const demo = startDemo(["--store", "dolt"], {
    PATH: `${pathWith(`echo no room\n${script}`)}${delimiter}${process.env["PATH"]}`,
  });
  const { code, stdout, stderr } = await demo.ended;
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/^Error: the Dolt server did not start: .*no room.*\nHint: .+\n$/);
  expect(demo.left()).toEqual([]);
});

describe.skipIf(dolt === undefined)(`with a real Dolt server${leftOut}`, () => {
  test("lands by force what gt cannot see, leaves open what was deleted, and leaves nothing behind", async () => {
    const demo = startDoltDemo(["--json"]);
    const { code, stderr } = await demo.ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(demo.records("landed").map(({ convoy, by }) => [convoy, by])).toEqual([
      ["hq-cv-login", "force"],
      ["hq-cv-night", "force"],
    ]);
    const commands = demo.records("checking").filter(({ convoy }) => convoy === "hq-cv-login");
    expect(commands.map(({ command }) => command)).toEqual([
      "gt convoy check hq-cv-login",
      'gt convoy close hq-cv-login --reason "All tracked issues completed"',
      'gt convoy close hq-cv-login --force --reason "All tracked issues completed"',
    ]);
    expect(demo.records("summary")).toMatchObject([
      {
        fates: [
          { convoy: { id: "hq-cv-login" }, landed: true, good: true, ms: expect.any(Number) },
          {
            convoy: { id: "hq-cv-rmapi" },
            landed: false,
            good: true,
            why: expect.stringContaining("docs-h3e is gone"),
          },
          { convoy: { id: "hq-cv-night" }, landed: true, good: true, ms: expect.any(Number) },
          { convoy: { id: "hq-cv-books" }, landed: false, good: true },
        ],
        done: 6,
        inFeed: 0,
      },
    ]);
    expect(demo.server()?.command).toContain("sql-server --host=127.0.0.1 ");
    expectNothingLeft(demo);
  });

  test("explains the ladder in one line, once", async () => {
    const { stdout } = await startDemo(["--fast", "--store", "dolt"], { NO_COLOR: "1" }).ended;
    const told = stdout.replaceAll(/\s+/g, " ");
    const line = "gt cannot see a rig's issue here; the watcher has read it as closed in its own database";
    expect(told.split(line)).toHaveLength(2);
    expect(told).toContain("2 of 4 convoys landed, each once, and mayor/ was told of each once:");
    expect(told).toContain("… Retire the v1 API waits: docs-h3e is gone: there is no such issue in docs");
  });

  test.each([
    ["while its server starts", "SIGINT", 130, (demo: DoltDemo) => demo.server() !== undefined],
    ["in the middle", "SIGINT", 130, (demo: DoltDemo) => demo.records("landed").length > 0],
    ["in the middle", "SIGTERM", 0, (demo: DoltDemo) => demo.records("landed").length > 0],
  ] as const)("cleans up when it is told to stop %s, by %s", async (_, signal, code, when) => {
    const demo = startDoltDemo(["--json"]);
    await demo.until(() => when(demo));
    // Ctrl-C goes to every process of the terminal's foreground: to the server too.
    if (signal === "SIGINT") process.kill(demo.server()?.pid ?? 0, signal);
    demo.child.kill(signal);
    expect(await demo.ended).toMatchObject({ code, stderr: "stopping (again to force)\n" });
    expect(demo.records("summary")).toEqual([]);
    expectNothingLeft(demo);
  });

  test("fails, says so and stops its server when a convoy that should land does not", async () => {
    const demo = startDoltDemo(["--json"]);
    const tools = (): string => join(demo.temp, demo.left()[0] ?? "", "bin");
    await demo.until(() => existsSync(join(tools(), "gt")));
    controlOf(tools()).set({ gt: { mode: "lies" } });
    expect((await demo.ended).code).toBe(1);
    expect(demo.records("summary")).toMatchObject([{ fates: [{ landed: false, good: false }, {}, {}, {}] }]);
    expectNothingLeft(demo);
  });
});
