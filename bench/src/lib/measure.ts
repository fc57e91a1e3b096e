import { maxSorted, quantileSorted } from "simple-statistics";

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

/** What many measurements of one thing come to. */
export interface Spread {
  readonly n: number;
  readonly p5: number;
  readonly median: number;
  readonly p95: number;
  readonly p99: number;
  readonly max: number;
}

export function spreadOf(samples: readonly number[]): Spread {
  const sorted = [...samples].sort((one, other) => one - other);
  const at = (quantile: number): number => quantileSorted(sorted, quantile);
  return { n: sorted.length, p5: at(0.05), median: at(0.5), p95: at(0.95), p99: at(0.99), max: maxSorted(sorted) };
}

/** How many times more one way costs than another, pair by pair: what disturbs a round disturbs both of its halves. */
export function ratioOf(samples: readonly number[], base: readonly number[]): Spread {
  return spreadOf(samples.map((sample, index) => sample / (base[index] ?? Number.NaN)));
}

/** Slope of log(cost) over log(size): 1 is linear, 0 is flat. */
export function growth(points: readonly (readonly [size: number, cost: number])[]): number {
  const logs = points.map(([size, cost]) => [Math.log(size), Math.log(cost)] as const);
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const x = mean(logs.map(([size]) => size));
  const y = mean(logs.map(([, cost]) => cost));
  const over = logs.reduce((sum, [size, cost]) => sum + (size - x) * (cost - y), 0);
  return over / logs.reduce((sum, [size]) => sum + (size - x) ** 2, 0);
}
