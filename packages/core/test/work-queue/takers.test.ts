import { expect, test } from "vitest";
import { makeQueue, takeLater } from "../support/queues.ts";
import { turn } from "../support/virtual-clock.ts";

test("several takers share the keys, and none is forgotten", async () => {
  const { queue } = makeQueue();
  const takers = [takeLater(queue), takeLater(queue), takeLater(queue)];
  await turn();
  for (const key of ["a", "b", "c"]) queue.add(key);
  await turn();
  expect(takers.flatMap(({ taken }) => taken).sort()).toEqual(["a", "b", "c"]);
});

test("fifty producers and ten consumers: every key has its turns, and never two at once", async () => {
  const { clock, queue } = makeQueue();
  const running = new Set<string>();
  const turns = new Map<string, number>();
  const consume = async (): Promise<void> => {
    for (;;) {
      const [key] = await queue.take(1);
      if (key === undefined) return;
      expect(running.has(key)).toBe(false);
      running.add(key);
      turns.set(key, (turns.get(key) ?? 0) + 1);
      await clock.sleep(3);
      running.delete(key);
      queue.done(key);
    }
  };
  const produce = async (producer: number): Promise<void> => {
    for (let round = 0; round < 50; round += 1) {
      queue.add(String((producer + round) % 20));
      await clock.sleep(1 + (producer % 3));
    }
  };
  const consumers = Array.from({ length: 10 }, consume);
  const producers = Array.from({ length: 50 }, (_, producer) => produce(producer));
  await clock.advance(1_000);
  await Promise.all(producers);
  expect(queue.busy).toBe(0);
  queue.shutDown();
  await Promise.all(consumers);
  expect(turns.size).toBe(20);
  expect(Math.max(...turns.values())).toBeLessThanOrEqual(125);
});
