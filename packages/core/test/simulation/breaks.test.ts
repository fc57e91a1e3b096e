import { expect, test } from "vitest";
import { BREAKS, loadBroken } from "../../simulation/breaks.ts";
import { search } from "../../simulation/search.ts";

const LIMIT = 500;

test.for(Object.entries(BREAKS).map(([name, { rule }]) => [name, rule] as const))(
  "%s, broken, is noticed: %s",
  { timeout: 120_000 },
  async ([name]) => {
    const { finding } = await search(await loadBroken(name), 1, (played) => played >= LIMIT);
    expect(finding).toMatchObject({ violation: { rule: BREAKS[name]?.noticed } });
  },
);

test("a break that fits nowhere fails", async () => {
  await expect(loadBroken("nothing")).rejects.toThrow("no such break: nothing");
});
