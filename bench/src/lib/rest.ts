import { setTimeout as sleep } from "node:timers/promises";
import { three } from "./format.ts";
import { spreadOf } from "./stats.ts";
import { usageOf } from "./watcher-process.ts";

/** What a process used while it rested. */
export interface Rest {
  readonly name: string;
  /** MB, each second. */
  readonly rss: readonly number[];
  /** Percent of a core. */
  readonly cpu: number;
}

export async function observe(pid: number, seconds: number): Promise<Omit<Rest, "name">> {
  const before = usageOf(pid).cpu;
  const from = performance.now();
  const rss: number[] = [];
  while (performance.now() - from < seconds * 1_000) {
    await sleep(1_000);
    rss.push(usageOf(pid).rss);
  }
  return { rss, cpu: ((usageOf(pid).cpu - before) / (performance.now() - from)) * 100 };
}

/** Name, highest and median RSS, CPU. */
export function restRow({ name, rss, cpu }: Rest): string[] {
  return [name, `${three(Math.max(...rss))} MB`, `${three(spreadOf(rss).median)} MB`, `${three(cpu)} %`];
}
