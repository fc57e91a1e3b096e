import { expect, test } from "vitest";
import { WorkQueue } from "../src/index.ts";
import { turn, VirtualClock } from "./support/virtual-clock.ts";

const make = (): { clock: VirtualClock; queue: WorkQueue<string> } => {
  const clock = new VirtualClock();
  return { clock, queue: new WorkQueue<string>(clock) };
};

/** Takes in the background, and tells what came. */
const taker = (queue: WorkQueue<string>, max = 1): { taken: string[]; ended: boolean } => {
  const state = { taken: [] as string[], ended: false };
  void (async () => {
    const keys = await queue.take(max);
    state.taken.push(...keys);
    state.ended = true;
  })();
  return state;
};

test("keys come out in the order they went in", async () => {
  const { queue } = make();
  for (const key of ["a", "b", "c"]) queue.add(key);
  expect(await queue.take(2)).toEqual(["a", "b"]);
  expect(await queue.take(2)).toEqual(["c"]);
});

test("take waits for the first key", async () => {
  const { queue } = make();
  const one = taker(queue, 10);
  await turn();
  expect(one.ended).toBe(false);
  queue.add("a");
  await turn();
  expect(one.taken).toEqual(["a"]);
});

test("a key that is added twice before its turn has one turn", async () => {
  const { queue } = make();
  queue.add("a");
  queue.add("a");
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
  queue.done("a");
  expect(queue.busy).toBe(0);
  expect(queue.has("a")).toBe(false);
});

test("a key that is added during its turn has another one after it", async () => {
  const { queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.add("a");
  const next = taker(queue);
  await turn();
  expect(next.ended).toBe(false);
  queue.done("a");
  await turn();
  expect(next.taken).toEqual(["a"]);
});

test("many additions during a turn make one more turn", async () => {
  const { queue } = make();
  queue.add("a");
  await queue.take(1);
  for (let count = 0; count < 100; count += 1) queue.add("a");
  queue.done("a");
  expect(await queue.take(100)).toEqual(["a"]);
  queue.done("a");
  expect(queue.busy).toBe(0);
});

test("a key may come again once its turn is over", async () => {
  const { queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.done("a");
  queue.add("a");
  expect(await queue.take(1)).toEqual(["a"]);
});

test("a key that comes again does not overtake others", async () => {
  const { queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.add("b");
  queue.add("a");
  queue.done("a");
  expect(await queue.take(10)).toEqual(["b", "a"]);
});

test("ends of turns nobody began do nothing", async () => {
  const { queue } = make();
  queue.done("x");
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
});

test("a delayed key comes when its time has come, not before", async () => {
  const { clock, queue } = make();
  queue.addAfter("a", 50);
  const one = taker(queue);
  expect(queue.delayed).toBe(1);
  await clock.advance(49);
  expect(one.ended).toBe(false);
  await clock.advance(1);
  expect(one.taken).toEqual(["a"]);
  expect(queue.delayed).toBe(0);
});

test("of several delays of a key the earliest holds", async () => {
  const { clock, queue } = make();
  queue.addAfter("a", 50);
  queue.addAfter("a", 80);
  queue.addAfter("a", 20);
  queue.addAfter("a", 30);
  const one = taker(queue);
  await clock.advance(20);
  expect(one.taken).toEqual(["a"]);
  queue.done("a");
  const two = taker(queue);
  await clock.advance(1_000);
  expect(two.ended).toBe(false);
});

test("two keys with different delays fire each in its time, in whatever order they were added", async () => {
  const { clock, queue } = make();
  queue.addAfter("late", 80);
  queue.addAfter("early", 40);
  await clock.advance(40);
  expect(await queue.take(10)).toEqual(["early"]);
  await clock.advance(40);
  expect(await queue.take(10)).toEqual(["late"]);
});

test("an addition brings a delayed turn forward, and uses it up", async () => {
  const { clock, queue } = make();
  queue.addAfter("a", 50);
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
  queue.done("a");
  await clock.advance(1_000);
  expect(queue.has("a")).toBe(false);
  expect(clock.sleepers).toBe(0);
});

test("a delay that is over during the turn of its key waits for the end of that", async () => {
  const { clock, queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.addAfter("a", 50);
  const next = taker(queue);
  await clock.advance(100);
  expect(next.ended).toBe(false);
  queue.done("a");
  await turn();
  expect(next.taken).toEqual(["a"]);
});

test.for([0, -5])("a delay of %d is none", async (ms) => {
  const { queue } = make();
  queue.addAfter("a", ms);
  expect(await queue.take(1)).toEqual(["a"]);
});

test("a delay that no timer can count does not fire at once", async () => {
  const { clock, queue } = make();
  const asked: number[] = [];
  const { sleep } = clock;
  clock.sleep = (ms, signal) => {
    asked.push(ms);
    return sleep.call(clock, ms, signal);
  };
  queue.addAfter("a", Number.POSITIVE_INFINITY);
  expect(asked[0]).toBeLessThan(2 ** 31);
  await clock.advance(86_400_000);
  expect(queue.busy).toBe(0);
});

test("a wall clock that is set back does not prolong a delay", async () => {
  const { clock, queue } = make();
  queue.addAfter("a", 50);
  clock.jump(-3_600_000);
  queue.addAfter("b", 60);
  await clock.advance(60);
  expect(await queue.take(10)).toEqual(["a", "b"]);
});

test("shut, it gives out none, drops what waits, and takes none up", async () => {
  const { clock, queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.add("b");
  queue.addAfter("c", 50);
  queue.shutDown();
  expect(await queue.take(10)).toEqual([]);
  queue.add("d");
  queue.addAfter("e", 5);
  queue.done("a");
  await clock.advance(100);
  expect(await queue.take(10)).toEqual([]);
  expect(queue.has("b") || queue.has("c") || queue.has("d") || queue.has("e")).toBe(false);
  expect(clock.sleepers).toBe(0);
});

test("shut during a turn that was asked to be repeated, it does not repeat it", async () => {
  const { queue } = make();
  queue.add("a");
  await queue.take(1);
  queue.add("a");
  queue.shutDown();
  queue.done("a");
  expect(await queue.take(1)).toEqual([]);
  expect(queue.busy).toBe(0);
});

test("shut, it lets every taker go", async () => {
  const { queue } = make();
  const takers = [taker(queue), taker(queue), taker(queue)];
  await turn();
  queue.shutDown();
  await turn();
  expect(takers.map(({ ended }) => ended)).toEqual([true, true, true]);
});

test("several takers share the keys, and none is forgotten", async () => {
  const { queue } = make();
  const takers = [taker(queue), taker(queue), taker(queue)];
  await turn();
  for (const key of ["a", "b", "c"]) queue.add(key);
  await turn();
  expect(takers.flatMap(({ taken }) => taken).sort()).toEqual(["a", "b", "c"]);
});

test("fifty producers and ten consumers: every key has its turns, and never two at once", async () => {
  const { clock, queue } = make();
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
