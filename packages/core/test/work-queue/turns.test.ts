import { expect, test } from "vitest";
import { makeQueue, takeLater } from "../support/queues.ts";
import { turn } from "../support/virtual-clock.ts";

test("keys come out in the order they went in", async () => {
  const { queue } = makeQueue();
  for (const key of ["a", "b", "c"]) queue.add(key);
  expect(await queue.take(2)).toEqual(["a", "b"]);
  expect(await queue.take(2)).toEqual(["c"]);
});

test("take waits for the first key", async () => {
  const { queue } = makeQueue();
  const one = takeLater(queue, 10);
  await turn();
  expect(one.ended).toBe(false);
  queue.add("a");
  await turn();
  expect(one.taken).toEqual(["a"]);
});

test("a key that is added twice before its turn has one turn", async () => {
  const { queue } = makeQueue();
  queue.add("a");
  queue.add("a");
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
  queue.done("a");
  expect(queue.busy).toBe(0);
  expect(queue.has("a")).toBe(false);
});

test("a key that is added during its turn has another one after it", async () => {
  const { queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  queue.add("a");
  const next = takeLater(queue);
  await turn();
  expect(next.ended).toBe(false);
  queue.done("a");
  await turn();
  expect(next.taken).toEqual(["a"]);
});

test("many additions during a turn make one more turn", async () => {
  const { queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  for (let count = 0; count < 100; count += 1) queue.add("a");
  queue.done("a");
  expect(await queue.take(100)).toEqual(["a"]);
  queue.done("a");
  expect(queue.busy).toBe(0);
});

test("a key may come again once its turn is over", async () => {
  const { queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  queue.done("a");
  queue.add("a");
  expect(await queue.take(1)).toEqual(["a"]);
});

test("a key that comes again does not overtake others", async () => {
  const { queue } = makeQueue();
  queue.add("a");
  await queue.take(1);
  queue.add("b");
  queue.add("a");
  queue.done("a");
  expect(await queue.take(10)).toEqual(["b", "a"]);
});

test("ends of turns nobody began do nothing", async () => {
  const { queue } = makeQueue();
  queue.done("x");
  queue.add("a");
  expect(await queue.take(10)).toEqual(["a"]);
});
