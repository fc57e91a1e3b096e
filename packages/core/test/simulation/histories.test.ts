import { expect, test } from "vitest";
import { makeHistory } from "../../simulation/history.ts";
import { play } from "../../simulation/play.ts";
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

// Of the core, or of the oracle, that is mended since.
const ONCE_A_FAULT = [
  ...[10191, 368258146, 368376967, 368414771, 368453162, 368525818, 368571821, 368573403, 368713088, 368714353],
  ...[368779764, 368825666, 368828948, 369054771, 369056718, 369116780, 976, 370010495, 370012298],
];

test.for(ONCE_A_FAULT)("seed %d, which once showed a fault: every rule holds", async (seed) => {
  expect((await play(core, makeHistory(seed))).violation).toBeUndefined();
});
