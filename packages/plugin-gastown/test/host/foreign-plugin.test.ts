import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { refused } from "../support/refused.ts";
import { read, scene } from "../support/scene.ts";

describe("a plugins/convoy-watcher that is not ours", () => {
  const FOREIGN: readonly (readonly [string, (dir: string) => void])[] = [
    ["a directory", (dir) => (mkdirSync(dir), writeFileSync(join(dir, "plugin.md"), "mine"))],
    [
      "a directory with a config.json",
      (dir) => (mkdirSync(dir), writeFileSync(join(dir, "config.json"), '{"managedBy":"me"}')),
    ],
    ["a file", (dir) => writeFileSync(dir, "mine")],
    ["a symlink", (dir) => symlinkSync("/etc", dir)],
    ["a symlink to nowhere", (dir) => symlinkSync("/nowhere", dir)],
  ];

  test.each(FOREIGN)("%s is left alone", async (_, make) => {
    const here = scene();
    mkdirSync(join(here.town.dir, "plugins"));
    make(join(here.town.dir, "plugins", "convoy-watcher"));
    expect(await refused(here)).toMatch(
      /^1 Error: TOWN\/plugins\/convoy-watcher is there already, and was not written/,
    );
    const { code, stderr } = await here.plugins("disable", "convoy-watcher");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("was not written by this program"),
    });
  });

  test.each(FOREIGN)("%s is put aside with --force, and nothing of it is lost", async (_, make) => {
    const here = scene();
    const plugins = join(here.town.dir, "plugins");
    mkdirSync(plugins);
    make(join(plugins, "convoy-watcher"));
    const { code, stdout } = await here.plugins("enable", "convoy-watcher", "--force");
    expect(code).toBe(0);
    const aside = /what was there before is in (\S+)/.exec(stdout)?.[1] ?? "";
    expect(readdirSync(plugins)).toContain(aside.slice(plugins.length + 1));
    await here.plugins("disable", "convoy-watcher");
    expect(readdirSync(plugins)).toEqual([aside.slice(plugins.length + 1)]);
  });

  test("put aside, it stays aside when the plugin then does not get ready", async () => {
    const here = scene();
    const dir = join(here.town.dir, "plugins", "convoy-watcher");
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, "plugin.md"), "mine");
    rmSync(join(here.bin, "gt"));
    const { code, stderr } = await here.plugins("enable", "convoy-watcher", "--force");
    expect({ code, stderr }).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^Error: it does not get ready: gt is not on PATH\nHint: /),
    });
    const [aside = ""] = readdirSync(join(here.town.dir, "plugins")).filter((name) => name.startsWith("."));
    expect(read(join(here.town.dir, "plugins", aside, "plugin.md"))).toBe("mine");
    expect((await here.plugins("status", "convoy-watcher")).stdout).toMatch(/why not: +gt is not on PATH/);
  });

  test("files of others in our directory stay when it is disabled", async () => {
    const { plugins, town } = scene();
    await plugins("enable", "convoy-watcher");
    const dir = join(town.dir, "plugins", "convoy-watcher");
    writeFileSync(join(dir, "NOTES.md"), "mine");
    const { stdout } = await plugins("disable", "convoy-watcher");
    expect(stdout).toContain("holds files that are not ours: they stay");
    expect(readdirSync(dir)).toEqual(["NOTES.md"]);
  });
});
