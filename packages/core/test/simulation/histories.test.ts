import { expect, test } from "vitest";
import { explain, search } from "../../simulation/search.ts";
import * as core from "../../src/index.ts";

const EACH = 60;

test.for([1, 1_001, 2_001, 3_001])(
  `${EACH} histories from seed %d: every rule holds`,
  { timeout: 120_000 },
  async (seed) => {
    const { finding, histories, commands, landed } = await search(core, seed, (played) => played >= EACH);
    if (finding !== undefined) throw new Error(await explain(core, finding));
    expect(histories).toBe(EACH);
    // A simulation in which nothing happens would hold every rule, too.
    expect(landed).toBeGreaterThan(EACH);
    expect(commands).toBeGreaterThan(landed);
  },
);
