import { expect, test } from "vitest";
import { judgeConvoys } from "../src/judge-convoys.ts";
import { land } from "../src/land.ts";
import { createRun, remember } from "../src/run.ts";
import { sweep } from "../src/sweep.ts";
import { Harness } from "./support/harness.ts";

test("what is remembered is of open convoys only", async () => {
  const harness = new Harness();
  const run = createRun(harness.all());
  for (let number = 0; number < 50; number += 1) harness.town.convoy(`hq-cv-${number}`, `gt-${number}`);
  const swept = sweep(run, "test");
  await harness.clock.settle();
  await swept;
  expect(run.memories.size).toBe(50);
  for (let number = 0; number < 40; number += 1) harness.town.close(number < 20 ? `hq-cv-${number}` : `gt-${number}`);
  const again = sweep(run, "test");
  await harness.clock.settle();
  await again;
  expect(run.memories.size).toBe(30);
  for (let number = 20; number < 40; number += 1) {
    const [id = ""] = await run.landing.take(1);
    await land(run, id);
    run.landing.done(id);
  }
  expect(run.memories.size).toBe(10);
  expect(run.landing.busy + run.landing.delayed).toBe(0);
  expect(run.reads.size).toBe(0);
});

test("a convoy that is closed while it is looked at is forgotten", async () => {
  const harness = new Harness();
  const run = createRun(harness.all());
  harness.town.convoy("hq-cv-a", "gt-1");
  await judgeConvoys(run, ["hq-cv-a"], 0);
  harness.town.close("hq-cv-a");
  await judgeConvoys(run, ["hq-cv-a"], 0);
  expect(run.memories.size).toBe(0);
});

test("a set that remembers forgets its oldest members, and never grows without end", () => {
  const set = new Set<string>();
  expect(remember(set, "first")).toBe(true);
  expect(remember(set, "first")).toBe(false);
  for (let number = 0; number < 10_000; number += 1) remember(set, String(number));
  expect(set.size).toBe(10_000);
  expect(remember(set, "first")).toBe(true);
});
