import type { ActivitySource, Hint } from "@gastown/convoy-core";
import { until } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { underOneName } from "../src/databases.ts";

const saying = (...hints: readonly Hint[]): ActivitySource => ({
  name: "part",
  async *hints(signal) {
    yield* hints;
    await new Promise<void>((resolve) => {
      signal.addEventListener("abort", () => resolve(), { once: true });
    });
  },
});

/** What each of them says, one after the other and apart. */
function heard(...parts: readonly ActivitySource[]): readonly Hint[][] {
  const stop = new AbortController();
  const ended: Promise<void>[] = [];
  onTestFinished(async () => {
    stop.abort();
    await Promise.allSettled(ended);
  });
  return underOneName("db", parts).map((source) => {
    const hints: Hint[] = [];
    const follow = async (): Promise<void> => {
      for await (const hint of source.hints(stop.signal)) hints.push(hint);
    };
    ended.push(follow().catch(() => undefined));
    return hints;
  });
}

const up: Hint = { kind: "state", state: "up" };
const none: Hint = { kind: "state", state: "unavailable", detail: "none of these" };
const down: Hint = { kind: "state", state: "down", detail: "no answer" };
const sweep: Hint = { kind: "sweep", reason: "news" };

test("up when one is up, with what is wrong with the others", async () => {
  const parts = heard(saying(none), saying(up, sweep));
  await until(() => parts[0]?.length === 1);
  expect(parts).toEqual([[up], [up, sweep]]);
  const others = heard(saying(up), saying(down));
  await until(() => others[1]?.length === 1);
  expect(others[1]).toEqual([{ ...up, detail: "no answer" }]);
});

test("unavailable when none of them has anything, and not before all have said so", async () => {
  const parts = heard(saying(none), saying(none));
  await until(() => parts.every(({ length }) => length === 1));
  expect(parts[0]).toEqual([{ ...none, detail: "none of these; none of these" }]);
});

test("what one tells waits for no other, and one that fails takes no other with it", async () => {
  const failing: ActivitySource = {
    name: "part",
    // oxlint-disable-next-line require-yield
    async *hints(): AsyncGenerator<Hint> {
      throw new Error("out of order");
    },
  };
  const parts = heard(failing, saying(up, sweep));
  await until(() => parts[1]?.length === 2);
  expect(parts[1]).toEqual([up, sweep]);
  const silent: ActivitySource = { name: "part", hints: (signal) => saying().hints(signal) };
  const early = heard(silent, saying(sweep, up));
  await until(() => early[1]?.length === 2);
  expect(early[1]).toEqual([sweep, up]);
});
