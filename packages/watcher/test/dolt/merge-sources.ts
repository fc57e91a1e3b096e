import type { ActivitySource, Hint } from "@gastown/convoy-core";
import { expect, test } from "vitest";
import { mergeSources } from "../../src/merge-sources.ts";

const saying = (...hints: readonly Hint[]): ActivitySource => ({
  name: "part",
  async *hints() {
    yield* hints;
  },
});

const heard = async (...parts: readonly ActivitySource[]): Promise<Hint[]> => {
  const hints: Hint[] = [];
  for await (const hint of mergeSources("db", parts).hints(new AbortController().signal)) hints.push(hint);
  return hints;
};

const up: Hint = { kind: "state", state: "up" };
const none: Hint = { kind: "state", state: "unavailable", detail: "none of these" };
const down: Hint = { kind: "state", state: "down", detail: "no answer" };
const sweep: Hint = { kind: "sweep", reason: "news" };

export function mergeSourcesSuite(): void {
  test("up when one is up, with what is wrong with the others", async () => {
    expect(await heard(saying(up), saying(none))).toEqual([up]);
    expect(await heard(saying(none), saying(up))).toEqual([up]);
    expect(await heard(saying(up), saying(down))).toEqual([{ ...up, detail: "no answer" }]);
  });

  test("down and unavailable when none is up", async () => {
    expect(await heard(saying(none), saying(down))).toEqual([down]);
    expect(await heard(saying(none), saying(none))).toEqual([{ ...none, detail: "none of these; none of these" }]);
  });

  test("nothing is heard of one before all have said how they are, and nothing is lost", async () => {
    expect(await heard(saying(sweep, up), saying(none, sweep))).toEqual([up, sweep, sweep]);
  });

  test("a part that fails ends the whole", async () => {
    const failing: ActivitySource = {
      name: "part",
      // oxlint-disable-next-line require-yield
      async *hints(): AsyncGenerator<Hint> {
        throw new Error("out of order");
      },
    };
    await expect(heard(failing, saying(up))).rejects.toThrow("out of order");
  });
}
