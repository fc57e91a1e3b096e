import { expect, test } from "vitest";
import { loadBroken } from "../../simulation/broken-core.ts";
import { type History, makeHistory } from "../../simulation/history.ts";
import { play } from "../../simulation/play.ts";
import { explain, search } from "../../simulation/search.ts";
import { shrink } from "../../simulation/shrink.ts";
import * as core from "../../src/index.ts";

const traceOf = async (history: History): Promise<string[]> => {
  const trace: string[] = [];
  await play(core, history, (line) => trace.push(line));
  return trace;
};

test.for([1, 2, 3, 4, 5])("seed %d makes one history, and plays it the same each time", async (seed) => {
  const history = makeHistory(seed);
  expect(makeHistory(seed)).toEqual(history);
  expect(history.steps.length).toBeGreaterThanOrEqual(30);
  const trace = await traceOf(history);
  expect(trace.length).toBeGreaterThan(history.steps.length);
  expect(await traceOf(JSON.parse(JSON.stringify(history)) as History)).toEqual(trace);
});

test("a finding is shrunk to few steps that still show it, and is explained", { timeout: 60_000 }, async () => {
  const broken = await loadBroken("backoff");
  const { finding } = await search(broken, 1, (played) => played >= 500);
  if (finding === undefined) throw new Error("nothing was found");
  const shortest = await shrink(broken, finding.history, finding.violation);
  expect(shortest.steps.length).toBeLessThan(finding.history.steps.length / 2);
  expect((await play(broken, shortest)).violation?.rule).toBe(finding.violation.rule);
  expect((await play(core, shortest)).violation).toBeUndefined();
  const text = await explain(broken, finding);
  expect(text).toContain(`npm run simulate -- --seed ${finding.seed}`);
  expect(text).toContain(finding.violation.what);
});
