import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { faults, type Report } from "../support/doctor.ts";
import { lookJson } from "../support/look.ts";
import { CLI } from "../support/running-cli.ts";
import { scene } from "../support/scene.ts";

it("finds settings that cannot be used, and uses those that can", async () => {
  const made = scene();
  const file = join(made.town.dir, "settings/convoy-watcher.json");
  mkdirSync(dirname(file));
  writeFileSync(file, '{"sweep": 30}');
  expect((await faults(made))[0]).toMatch(/^town\/settings wrong: .*"sweep" is 30; allowed: a time with its unit/);
  writeFileSync(file, '{"gt": "/nowhere/gt", "grace": "1s"}');
  const { checks } = await lookJson<Report>(made, "doctor");
  expect(checks.find(({ name }) => name === "settings")?.fact).toBe(`grace, gt, from ${file}`);
  expect(await faults(made)).toContain("tools/gt wrong: there is no program /nowhere/gt");
});

/** Root, whom no mode stops, is held to modes by setpriv: as another user it might not get to a directory of root's own. */
const held = process.getuid?.() === 0 ? ["setpriv", "--bounding-set=-dac_override,-dac_read_search"] : [];
const [setpriv] = held;
const left = setpriv !== undefined && spawnSync(setpriv, ["--version"]).error !== undefined;

it.skipIf(process.platform === "win32" || left)(
  `finds files that this user may not read or write${left ? " (left out: as root, without setpriv)" : ""}`,
  async () => {
    const made = scene();
    const runtime = join(made.town.dir, ".runtime");
    mkdirSync(runtime);
    chmodSync(made.town.db("alpha"), 0o000);
    chmodSync(runtime, 0o555);
    const [file, ...args] = [...held, process.execPath, CLI, "doctor", "--json"];
    const { stdout } = spawnSync(file, args, { cwd: made.town.dir, env: made.env, encoding: "utf8" });
    const { checks } = JSON.parse(stdout) as Report;
    const wrong = checks
      .filter(({ level }) => level === "wrong")
      .map(({ group, name, fact }) => `${group}/${name}: ${fact}`);
    expect(wrong.find((fault) => fault.startsWith("town/own files"))).toContain(`${runtime} cannot be written`);
    expect(wrong.find((fault) => fault.startsWith("databases/alpha"))).toContain("cannot be read");
    chmodSync(runtime, 0o755);
  },
);

it("notes a migration that freezes the town, who began it and how it ends", async () => {
  const made = scene();
  const marker = join(made.town.dir, "MIGRATION-FREEZE");
  writeFileSync(marker, "ann\t2026-09-01T10:00:00Z\tto schema v66\n");
  const { checks } = await lookJson<Report>(made, "doctor");
  expect(checks.find(({ name }) => name === "freeze")).toMatchObject({
    group: "town",
    level: "note",
    fact: `landings are on hold: a migration is under way (by ann: to schema v66), says ${marker}`,
    hint: expect.stringContaining("gt migrate thaw"),
  });
});
