import { mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { hasActivity } from "../../src/doctor/tools.ts";
import { faults, type Report } from "../support/doctor.ts";
import { lookJson } from "../support/look.ts";
import { scene, type Scene } from "../support/scene.ts";

it("finds tools that are not on PATH, and where they are", async () => {
  const made = scene();
  mkdirSync(join(made.root, "go"));
  renameSync(made.bin, join(made.root, "go/elsewhere"));
  const env = { ...made.env, PATH: "/usr/bin:/bin" };
  const run: Scene["run"] = (args) => made.run(args, { env });
  expect((await faults({ run })).filter((fault) => fault.startsWith("tools/"))).toEqual([
    "tools/bd wrong: is not on PATH: gt closes convoys with it",
    "tools/gt wrong: is not on PATH: only gt can close a convoy and tell people",
  ]);
  renameSync(join(made.root, "go/elsewhere"), join(made.root, "go/bin"));
  const { checks } = await lookJson<Report>({ run }, "doctor");
  expect(checks.find(({ name }) => name === "gt")).toMatchObject({
    fact: `is not on PATH, but at ${made.root}/go/bin/gt: only gt can close a convoy and tell people`,
    hint: `add its directory to PATH, or run with --gt ${made.root}/go/bin/gt`,
  });
});

it("finds a tool that was named and is not there, and one that does not work", async () => {
  const made = scene();
  expect(await faults(made, "--gt", "/nowhere/gt")).toContain("tools/gt wrong: there is no program /nowhere/gt");
  writeFileSync(join(made.bin, "gt"), "#!/bin/sh\necho broken >&2\nexit 7\n");
  expect(await faults(made)).toContain(`tools/gt wrong: ${made.bin}/gt does not tell its version: broken`);
});

it.each([
  ["0.41.0", "cannot follow a whole town"],
  ["0.50.0", "has no `activity`"],
  ["1.0.5", "has no `activity`"],
])("notes that bd %s %s, and asks no daemon then", async (version, what) => {
  const made = scene();
  made.control.set({ bd: { version } });
  const found = await faults(made);
  expect(found.find((fault) => fault.startsWith("tools/bd activity note"))).toContain(what);
  expect(found.some((fault) => fault.startsWith("daemons/"))).toBe(false);
});

it("knows which versions of bd can be followed", () => {
  const versions = [
    [0, 41, 9],
    [0, 42, 0],
    [0, 49, 6],
    [0, 50, 0],
    [1, 0, 0],
  ] as const;
  expect(versions.map(hasActivity)).toEqual([false, true, true, false, false]);
});

it.each([
  [
    "1.0.5",
    "1.2.0",
    [
      "tools/bd 1.0.5 wrong: was withdrawn: it corrupts databases",
      "tools/gt and bd wrong: gt 1.2.0 refuses a bd newer than 1.0.4",
    ],
  ],
  ["1.2.2", "1.1.0", [expect.stringMatching(/^tools\/gt and bd wrong: gt 1\.1 cannot read what convoys track/)]],
  ["1.3.0", "1.3.0", []],
])("knows what is the matter with bd %s and gt %s", async (bd, gt, expected) => {
  const made = scene();
  made.control.set({ bd: { version: bd }, gt: { version: gt } });
  const found = (await faults(made)).filter((fault) => /^tools\/(bd \d|gt and)/.test(fault));
  expect(found).toEqual(expected);
});
