import { expect, test } from "vitest";
import {
  decidingVariables,
  schemaFault,
  unreadVariables,
  type Version,
  VERSION_FAULTS,
  versionFaults,
} from "../src/index.ts";

const namesOf = (bd: Version | undefined, gt: Version | undefined): string[] =>
  versionFaults(bd, gt).map(({ level, name }) => `${level}: ${name}`);

test.each<[bd: Version | undefined, gt: Version | undefined, faults: string[]]>([
  [undefined, undefined, []],
  [[0, 47, 1], [0, 2, 0], []],
  [[1, 0, 0], [1, 0, 1], []],
  [[1, 0, 4], [1, 2, 0], ["note: bd 1.0.3, 1.0.4"]],
  [[1, 0, 5], undefined, ["wrong: bd 1.0.5"]],
  [[1, 2, 2], [1, 1, 0], ["wrong: gt and bd"]],
  [[1, 1, 0], [1, 2, 0], ["wrong: gt and bd"]],
  [[1, 1, 2], [1, 2, 1], ["note: gt and bd"]],
  [[1, 2, 1], undefined, ["wrong: bd 1.2.1"]],
  [[1, 3, 0], [1, 3, 0], []],
])("bd %j with gt %j: %j", (bd, gt, faults) => {
  expect(namesOf(bd, gt)).toEqual(faults);
});

test("everything that is known has a source and a hint that names what to do", () => {
  for (const { source, hint, fact } of VERSION_FAULTS)
    expect([source, hint, fact]).toEqual([
      expect.stringMatching(/#\d+|releases/),
      expect.stringMatching(/install|`/),
      expect.stringMatching(/\w/),
    ]);
});

test.each<[schema: number, bd: Version, level: string | undefined, words: RegExp]>([
  [65, [1, 2, 2], "wrong", /v65, and bd 1\.2\.2 knows up to v53/],
  [66, [1, 1, 0], "wrong", /v53/],
  [49, [1, 3, 0], "note", /v49, and bd 1\.3\.0 knows v66/],
  [53, [1, 2, 2], undefined, /^$/],
  [66, [1, 3, 4], undefined, /^$/],
  [40, [1, 0, 0], undefined, /^$/],
])("schema v%i under bd %j: %s", (schema, bd, level, words) => {
  const fault = schemaFault(schema, bd);
  expect(fault?.level).toBe(level);
  expect(fault?.fact ?? "").toMatch(words);
});

test("the variables that decide are named, and which of them are secrets", () => {
  const env = { BEADS_DOLT_PASSWORD: "p", GT_DOLT_PORT: "3", BEADS_DOLT_PORT: "4", BD_DOLT_MODE: "", HOME: "/h" };
  expect(decidingVariables(env)).toEqual([
    { name: "BEADS_DOLT_PASSWORD", secret: true },
    { name: "GT_DOLT_PORT", secret: false },
  ]);
  expect(unreadVariables(env)).toEqual([
    { name: "BEADS_DOLT_PORT", why: expect.stringContaining("BEADS_DOLT_SERVER_PORT") },
  ]);
});
