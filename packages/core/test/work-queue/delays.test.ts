import { expect, test } from "vitest";
import { makeQueue, takeLater } from "../support/queues.ts";
import { turn } from "../support/virtual-clock.ts";

test("a delayed key comes when its time has come, not before", async () => {
  const { clock, queue } = makeQueue();
  queue.addAfter("a", 50);
  const one = takeLater(queue);
  expect(queue.delayed).toBe(1);
  await clock.advance(49);
  expect(one.ended).toBe(false);
  await clock.advance(1);
  expect(one.taken).toEqual(["a"]);
  expect(queue.delayed).toBe(0);
});

test("of several delays of a key the earliest holds", async () => {
  const { clock, queue } = makeQueue();
  queue.addAfter("a", 50);
  queue.addAfter("a", 80);
  queue.addAfter("a", 20);
  queue.addAfter("a", 30);
  const one = takeLater(queue);
  await clock.advance(20);
  expect(one.taken).toEqual(["a"]);
  queue.done("a");
  const two = takeLater(queue);
  await clock.advance(1_000);
  expect(two.ended).toBe(false);
});

test("two keys with different delays fire each in its time, in whatever order they were added", async () => {
  const { clock, queue } = makeQueue();
  queue.addAfter("late", 80);
  queue.addAfter("early", 40);
  await clock.advance(40);
  expect(await queue.take(10)).toEqual(["early"]);
  await clock.advance(40);
  expect(await queue.take(10)).toEqual(["late"]);
});

test("an addition brings a delayed turn forward, and uses it up", async () => {
  const { clock, queue } = makeQueue();
  queue.addAfter("a", 50);
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
  queue.done("a");
  await clock.advance(1_000);
  expect(queue.has("a")).toBe(false);
  expect(clock.sleepers).toBe(0);
});

test("a delay that is over during the turn of its key waits for the end of that", async () => {
  const { clock, queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  queue.addAfter("a", 50);
  const next = takeLater(queue);
  await clock.advance(100);
  expect(next.ended).toBe(false);
  queue.done("a");
  await turn();
  expect(next.taken).toEqual(["a"]);
});

test.for([0, -5])("a delay of %d is none", async (ms) => {
  const { queue } = makeQueue();
  queue.addAfter("a", ms);
  expect(await queue.take(1)).toEqual(["a"]);
});

test("a delay that no timer can count does not fire at once", async () => {
  const { clock, queue } = makeQueue();
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
  const { clock, queue } = makeQueue();
  queue.addAfter("a", 50);
  clock.jump(-3_600_000);
  queue.addAfter("b", 60);
  await clock.advance(60);
  expect(await queue.take(10)).toEqual(["a", "b"]);
});
