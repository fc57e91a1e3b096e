import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { scene, type Scene } from "../support/scene.ts";

const settle = ({ town }: Scene, settings: string): void => {
  mkdirSync(join(town.dir, "settings"));
  writeFileSync(join(town.dir, "settings", "convoy-watcher.json"), settings);
};

test("follows the settings of the town", async () => {
  const here = scene();
  settle(here, '{"source": ["db"], "sweep": "100ms"}');
  const cli = await here.watch();
  await cli.record("sweep", { reason: "timer" });
  await cli.stop();
  expect(cli.records("watching")).toMatchObject([{ sources: ["db"] }]);
});

test("flags win over the settings, and the settings over defaults", async () => {
  const here = scene();
  settle(here, '{"source": ["db"], "sweep": "100ms", "gt": "/nowhere/gt"}');
  const cli = await here.watch("--source", "bd", "--gt", join(here.bin, "gt"));
  await cli.record("sweep", { reason: "timer" });
  await cli.stop();
  expect(cli.records("watching")).toMatchObject([{ sources: ["bd"] }]);
  expect(cli.records("hello")).toMatchObject([{ gt: join(here.bin, "gt") }]);
});

test("a flag that says what the default is wins, too", async () => {
  const here = scene();
  settle(here, '{"source": ["db"]}');
  const cli = await here.watch("--source", "bd,db");
  await cli.stop();
  expect(cli.records("watching")).toMatchObject([{ sources: ["bd", "db"] }]);
});

test.each(["watch", "check"])(
  "%s names the key of broken settings, its value, and what is allowed",
  async (command) => {
    const here = scene();
    settle(here, '{"land": ["check", "bomb"]}');
    const { code, stdout, stderr } = await here.run([command]);
    expect(code).toBe(1);
    expect(stdout).toBe("");
    expect(stderr.replace(here.root, "…")).toMatchInlineSnapshot(`
    "Error: …/town/settings/convoy-watcher.json: "land.1" is "bomb"; allowed: a list of at least one of "check", "close", "force"
    Hint: fix the file or remove it; what it leaves out has its default
    "
  `);
  },
);
