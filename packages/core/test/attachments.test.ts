import { expect, test } from "vitest";
import { createRun } from "../src/run.ts";
import { createAttachments } from "../src/sources.ts";
import { Feed } from "./support/feed.ts";
import { Harness } from "./support/harness.ts";

const ended = (promise: Promise<void>): { readonly over: boolean } => {
  const state = { over: false };
  void (async () => {
    await promise;
    state.over = true;
  })();
  return state;
};

test("it is complete once each source has spoken, and leaves no timer", async () => {
  const harness = new Harness();
  const [one, two] = [new Feed("one"), new Feed("two")];
  harness.options = { sources: [one, two] };
  const late: string[] = [];
  const attachments = createAttachments(createRun(harness.all(), new AbortController().signal), ({ name }) =>
    late.push(name),
  );
  const complete = ended(attachments.complete());
  attachments.note(one);
  attachments.note(one);
  await harness.clock.settle();
  expect(complete.over).toBe(false);
  attachments.note(two);
  await harness.clock.settle();
  expect(complete.over).toBe(true);
  expect(harness.clock.sleepers).toBe(0);
  attachments.note(two);
  expect(late).toEqual([]);
});

test("a source that takes too long is late, once", async () => {
  const harness = new Harness();
  const late: string[] = [];
  const attachments = createAttachments(createRun(harness.all(), new AbortController().signal), ({ name }) =>
    late.push(name),
  );
  const complete = ended(attachments.complete());
  await harness.clock.advance(4_999);
  expect(complete.over).toBe(false);
  await harness.clock.advance(1);
  expect(complete.over).toBe(true);
  attachments.note(harness.feed);
  attachments.note(harness.feed);
  expect(late).toEqual(["bd"]);
});
