import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { faults } from "../support/doctor.ts";
import { scene, TWO_RIGS } from "../support/scene.ts";

it("finds routes that lead nowhere, lines that say nothing, and prefixes that lead two ways", async () => {
  const made = scene({ ...TWO_RIGS, routes: "" });
  mkdirSync(join(made.town.dir, "bare"));
  const lines = [
    '{"prefix":"hq-","path":"."}',
    '{"prefix":"gh-","path":"gone"}',
    "oops",
    '{"prefix":"ba-","path":"bare"}',
    '{"prefix":"al-","path":"alpha"}',
    '{"prefix":"al-","path":"beta"}',
  ];
  writeFileSync(join(made.town.dir, ".beads/routes.jsonl"), lines.join("\n"));
  expect((await faults(made)).filter((fault) => fault.startsWith("routes/"))).toEqual([
    "routes/line 3 wrong: is left out: not JSON",
    `routes/gh- wrong: leads nowhere: there is no directory ${made.town.dir}/gone`,
    "routes/ba- wrong: leads to bare, which has no .beads",
    "routes/al- note: leads to beta, but an earlier line leads to alpha, and counts",
  ]);
  rmSync(join(made.town.dir, ".beads/routes.jsonl"));
  expect(await faults(made)).toContain(
    "routes/routes.jsonl note: there is none: only issues of the town itself can be judged",
  );
});
