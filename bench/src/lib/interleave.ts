/** Does the work once and returns what it cost, in milliseconds. */
export type Way = () => number | Promise<number>;

/**
 * Measures several ways of doing one thing in turns, so that whatever else the machine does hits all of them. Every other
 * round goes the other way round.
 */
export async function interleave<K extends string>(
  rounds: number,
  ways: Readonly<Record<K, Way>>,
): Promise<Record<K, number[]>> {
  const names = Object.keys(ways) as K[];
  const samples = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (let round = 0; round < rounds; round += 1) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) samples[name].push(await ways[name]());
  }
  return samples;
}

/** What a piece of work costs, in milliseconds. */
export async function timed(work: () => unknown): Promise<number> {
  const start = performance.now();
  await work();
  return performance.now() - start;
}
