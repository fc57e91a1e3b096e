import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { CLI } from "../support/running-cli.ts";
import { scene, type Scene } from "../support/scene.ts";
import { writtenByOthers } from "../support/written-by-others.ts";

const NODE_SQLITE = ["--driver", "node-sqlite"] as const;

function settle({ town }: Scene, text: string): void {
  mkdirSync(join(town.dir, "settings"), { recursive: true });
  writeFileSync(join(town.dir, "settings/convoy-watcher.json"), text);
}

/** Whether a process has loaded better-sqlite3; as `expected` where the system does not tell. */
function hasNative(pid: number, expected: boolean): boolean {
  try {
    return /better-sqlite3.*\.node$/m.test(readFileSync(`/proc/${pid}/maps`, "utf8"));
  } catch {
    return expected;
  }
}

describe("--driver node-sqlite", () => {
  test("follows databases that others write, lands all, says nothing on stderr, and loads no native package", async () => {
    const made = scene();
    const cli = await made.watch(...NODE_SQLITE);
    await writtenByOthers(made, cli, 10);
    expect(hasNative(cli.pid, false)).toBe(false);
    const { code, stderr } = await cli.stop();
    expect({ code, stderr }).toEqual({ code: 0, stderr: "stopping (again to force)\n" });
    expect(made.leftovers()).toEqual([]);
  });

  test("is not what is used by default", async () => {
    const cli = await scene().watch();
    expect(hasNative(cli.pid, true)).toBe(true);
  });

  test("the settings of the town say it for every command, and the flag wins", async () => {
    const made = scene();
    settle(made, '{"driver": "node-sqlite"}');
    const told = await made.watch();
    expect(hasNative(told.pid, false)).toBe(false);
    await told.stop();
    const flagged = await made.watch("--driver", "better-sqlite3");
    expect(hasNative(flagged.pid, true)).toBe(true);
    await flagged.stop();
    const without = { command: [process.execPath, "--no-experimental-sqlite", CLI] as [string, ...string[]] };
    for (const command of ["list", "status", "check"]) {
      const { code, stderr } = await made.run([command], without);
      expect([command, code]).toEqual([command, 1]);
      expect(stderr).toContain("the SQLite driver node-sqlite cannot be loaded");
      expect((await made.run([command, "--driver", "better-sqlite3"], without)).code).toBe(0);
    }
  });

  test("keeps out a watcher with the other driver, and is kept out by it", async () => {
    const made = scene();
    for (const [first, second] of [
      ["node-sqlite", "better-sqlite3"],
      ["better-sqlite3", "node-sqlite"],
    ] as const) {
      const cli = await made.watch("--driver", first);
      expect(await made.run(["watch", "--driver", second])).toMatchObject({
        code: 4,
        stderr: expect.stringContaining(`pid ${cli.pid} `),
      });
      await cli.stop();
    }
  });

  test("where the runtime has none, that is said, with what has it", async () => {
    const made = scene();
    const { code, stderr } = await made.run(["list", ...NODE_SQLITE], {
      command: [process.execPath, "--no-experimental-sqlite", CLI],
    });
    expect(code).toBe(1);
    expect(stderr).toBe(
      "Error: the SQLite driver node-sqlite cannot be loaded: No such built-in module: node:sqlite\n" +
        "Hint: it needs Node 22.14, Deno 2.9 or Bun 1.4; or leave --driver out\n",
    );
  });

  test("any other word is refused, with those there are", async () => {
    const { run, town } = scene();
    expect(await run(["list", "--driver", "sqlite"])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("Allowed choices are better-sqlite3, node-sqlite"),
    });
    settle({ town } as Scene, '{"driver": "sqlite"}');
    const { code, stderr } = await run(["watch"]);
    expect(code).toBe(1);
    expect(stderr).toContain('"driver" is "sqlite"; allowed: "better-sqlite3", "node-sqlite"');
  });
});
