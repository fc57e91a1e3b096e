import { expect, test } from "vitest";
import { createHintChannel, type Hint, type HintChannel, hintsWhile } from "../src/index.ts";
import { turn } from "./support/virtual-clock.ts";

const follow = (channel: HintChannel): { hints: Hint[]; ended: boolean } => {
  const state = { hints: [] as Hint[], ended: false };
  void (async () => {
    for await (const hint of channel) state.hints.push(hint);
    state.ended = true;
  })();
  return state;
};

test("hints come in order, at once or later", async () => {
  const channel = createHintChannel();
  channel.push({ kind: "state", state: "up" });
  const follower = follow(channel);
  await turn();
  channel.push({ kind: "sweep", reason: "now" });
  await turn();
  expect(follower.hints).toEqual([
    { kind: "state", state: "up" },
    { kind: "sweep", reason: "now" },
  ]);
});

test("what was pushed before the end is still taken", async () => {
  const channel = createHintChannel();
  channel.push({ kind: "issues", changes: [{ issue: "gt-1", closed: true }] });
  channel.push({ kind: "sweep", reason: "now" });
  channel.end();
  const follower = follow(channel);
  await turn();
  expect(follower.hints.map(({ kind }) => kind).sort()).toEqual(["issues", "sweep"]);
  expect(follower.ended).toBe(true);
});

test("the end wakes who waits", async () => {
  const channel = createHintChannel();
  const follower = follow(channel);
  await turn();
  channel.end();
  await turn();
  expect(follower.ended).toBe(true);
});

test("changes that pile up are merged: one entry for each issue", async () => {
  const channel = createHintChannel();
  for (let count = 0; count < 1_000; count += 1) {
    channel.push({
      kind: "issues",
      changes: [{ issue: `gt-${count % 3}`, closed: count % 2 === 0, stamp: String(count) }],
    });
  }
  const follower = follow(channel);
  await turn();
  expect(follower.hints).toHaveLength(1);
  expect(follower.hints[0]).toMatchObject({ changes: [{ issue: "gt-0" }, { issue: "gt-1" }, { issue: "gt-2" }] });
});

test("a merged change forgets neither a close nor a reopening", async () => {
  const channel = createHintChannel();
  channel.push({ kind: "issues", changes: [{ issue: "gt-1", closed: true, stamp: "1" }] });
  channel.push({ kind: "issues", changes: [{ issue: "gt-1", closed: false, reopened: true }] });
  const follower = follow(channel);
  await turn();
  expect(follower.hints).toEqual([
    { kind: "issues", changes: [{ issue: "gt-1", closed: true, reopened: true, stamp: "1" }] },
  ]);
});

test("a merged close keeps the stamp of the close, so that its replay is known", async () => {
  const channel = createHintChannel();
  channel.push({ kind: "issues", changes: [{ issue: "gt-1", closed: true, stamp: "close" }] });
  channel.push({ kind: "issues", changes: [{ issue: "gt-1", closed: false, stamp: "comment" }] });
  const follower = follow(channel);
  await turn();
  expect(follower.hints).toEqual([{ kind: "issues", changes: [{ issue: "gt-1", closed: true, stamp: "close" }] }]);
});

test("a state is passed on when it is not the one that was told last", async () => {
  const channel = createHintChannel();
  const follower = follow(channel);
  const states = [
    { kind: "state", state: "up" },
    { kind: "state", state: "up" },
    { kind: "state", state: "down", detail: "one" },
    { kind: "state", state: "down", detail: "two" },
    { kind: "state", state: "down", detail: "two" },
    { kind: "state", state: "up" },
  ] as const;
  for (const state of states) {
    channel.push(state);
    await turn();
  }
  expect(follower.hints).toEqual([states[0], states[2], states[3], states[5]]);
});

const never = new AbortController();

test("what work pushes is given until it ends", async () => {
  const hints: Hint[] = [];
  for await (const hint of hintsWhile(never.signal, async (channel) => {
    channel.push({ kind: "sweep", reason: "first" });
    await turn();
    channel.push({ kind: "sweep", reason: "last" });
  }))
    hints.push(hint);
  expect(hints).toEqual([
    { kind: "sweep", reason: "first" },
    { kind: "sweep", reason: "last" },
  ]);
});

test("when work fails, what it pushed before comes first", async () => {
  const hints: Hint[] = [];
  const following = (async () => {
    for await (const hint of hintsWhile(never.signal, async (channel) => {
      channel.push({ kind: "sweep", reason: "first" });
      throw new Error("it broke");
    }))
      hints.push(hint);
  })();
  await expect(following).rejects.toThrow("it broke");
  expect(hints).toEqual([{ kind: "sweep", reason: "first" }]);
});

test("whoever stops taking hints waits until the work has let go, and hears of no fault of that", async () => {
  const gone = Promise.withResolvers<void>();
  let told = false;
  const taking = (async () => {
    for await (const hint of hintsWhile(never.signal, async (channel, signal) => {
      channel.push({ kind: "sweep", reason: "first" });
      await new Promise<void>((resolve) => {
        signal.addEventListener("abort", () => resolve(), { once: true });
      });
      told = true;
      await gone.promise;
      throw new Error("while it let go");
    }))
      if (hint.kind === "sweep") break;
  })();
  let over = false;
  const ended = taking.then(() => (over = true));
  await turn();
  expect([told, over]).toEqual([true, false]);
  gone.resolve();
  await ended;
  expect(over).toBe(true);
});
