import { existsSync } from "node:fs";
import { expect, test } from "vitest";
import { BREAKS } from "../../simulation/breaks.ts";
import { loadBroken, textsOf } from "../../simulation/broken-core.ts";
import { makeHistory } from "../../simulation/history.ts";
import { readNoticed } from "../../simulation/notice.ts";
import { play } from "../../simulation/play.ts";
import * as core from "../../src/index.ts";

const noticed = Object.entries(readNoticed());
const simulated = noticed.flatMap(([name, notice]) => ("seed" in notice ? [[name, notice] as const] : []));

test.for(simulated)("%s, broken, is noticed by the simulation", async ([name, { rule, seed }]) => {
  const history = makeHistory(seed);
  expect(await play(await loadBroken(name), history)).toMatchObject({ violation: { rule } });
  expect((await play(core, history)).violation).toBeUndefined();
});

test("every break is noticed by something, and most by the simulation", () => {
  expect(noticed.map(([name]) => name).toSorted()).toEqual(Object.keys(BREAKS).toSorted());
  expect(simulated.length).toBeGreaterThanOrEqual(35);
  for (const [name, notice] of noticed) {
    if (!("test" in notice)) continue;
    // That it fails is found out by `npm run simulate -- --breaks`.
    expect(existsSync(new URL(`../../${notice.test}`, import.meta.url))).toBe(true);
    expect(textsOf(name).size).toBeGreaterThan(0);
  }
});

test("a break that fits nowhere fails", async () => {
  await expect(loadBroken("nothing")).rejects.toThrow("no such break: nothing");
});
