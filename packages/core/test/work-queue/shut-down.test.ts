import { expect, test } from "vitest";
import { makeQueue, takeLater } from "../support/queues.ts";
import { turn } from "../support/virtual-clock.ts";

test("shut, it gives out none, drops what waits, and takes none up", async () => {
  const { clock, queue } = makeQueue();
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
  const { queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  queue.add("a");
  queue.shutDown();
  queue.done("a");
  expect(await queue.take(1)).toEqual([]);
  expect(queue.busy).toBe(0);
});

test("shut, it lets every taker go", async () => {
  const { queue } = makeQueue();
  const takers = [takeLater(queue), takeLater(queue), takeLater(queue)];
  await turn();
  queue.shutDown();
  await turn();
  expect(takers.map(({ ended }) => ended)).toEqual([true, true, true]);
});
