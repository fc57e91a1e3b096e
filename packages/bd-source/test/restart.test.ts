import type { Hint } from "@gastown/convoy-core";
import { isAlive, restartCases, tempDir, until, virtualClock } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { createBdSource } from "../src/index.ts";
import { writeLife } from "./support/runs.ts";

const LOOK_AGAIN_AFTER = 30_000;

describe.for([0, 0.5, 0.999_999])("lives of bd, with %d for chance", (random) => {
  test.for(restartCases())("$name ($why)", async ({ runs, expect: steps, state, sweep }) => {
    const dir = tempDir(onTestFinished).path;
    const lives = runs.map((run, nth) => writeLife(dir, nth, run));
    const clock = virtualClock();
    const controller = new AbortController();
    const hints: Hint[] = [];
    let starts = 0;
    const source = createBdSource({
      town: dir,
      bd: () => {
        const life = lives[Math.min(starts, lives.length - 1)];
        starts += 1;
        return life?.path;
      },
      identity: () => "same",
      env: process.env,
      clock,
      random: () => random,
    });
    const ended = (async () => {
      for await (const hint of source.hints(controller.signal)) hints.push(hint);
    })();
    onTestFinished(async () => {
      controller.abort();
      await ended;
      for (const life of lives) if (life.started() && life.path !== undefined) await until(() => !isAlive(life.pid()));
    });

    for (const [nth, life] of lives.entries()) {
      const run = runs[nth];
      if (run === undefined || life.path === undefined) break;
      await until(() => life.started());
      if (run.lines === "live" || run.lines === "replay")
        await until(() => hints.findLast((hint) => hint.kind === "issues" || hint.kind === "warning"));
      await clock.advance(run.ms ?? 10_000);
      if (run.ms === null) break;
      const { slept } = clock;
      life.end();
      const step = steps[nth];
      await until(() => !isAlive(life.pid()));
      if (step === undefined) continue;
      const wait =
        step.failures === 0 ? 0 : Math.max(50, Math.round(random * Math.min(30_000, 250 * 2 ** (step.failures - 1))));
      expect(wait).toBeGreaterThanOrEqual(step.minDelayMs);
      expect(wait).toBeLessThanOrEqual(step.maxDelayMs);
      if (wait === 0) {
        await until(() => starts > nth + 1);
        continue;
      }
      await until(() => clock.slept > slept);
      expect(clock.sleeping, "the one wait there is").toEqual([wait]);
      await clock.advance(wait - 1);
      expect(starts, "starts before the wait is over").toBe(nth + 1);
      if (run.stderr !== undefined)
        expect(hints.findLast((hint) => hint.kind === "state")).toMatchObject({
          detail: expect.stringContaining(run.stderr.split("\n")[0] ?? ""),
        });
      if (nth + 1 < lives.length) await clock.advance(1);
    }

    const last = await until(() => hints.findLast((hint) => hint.kind === "state" && hint.state === state));
    expect(hints.findLast((hint) => hint.kind === "state")).toBe(last);
    const streams = runs.filter((run) => run.lines !== "none" || run.ms === null).length;
    const sweeps = hints.filter((hint) => hint.kind === "sweep").length;
    if (sweep) expect(sweeps).toBeGreaterThanOrEqual(streams);
    const alive = runs.filter((run) => run.lines !== "none" || run.ms === null || run.ms >= 2_000).length;
    expect(sweeps, "one at the start, and one for each stream that gave a sign of life").toBeLessThanOrEqual(1 + alive);
    if (state === "unavailable") {
      expect(await until(() => (clock.sleeping.length === 1 ? clock.sleeping : undefined))).toEqual([LOOK_AGAIN_AFTER]);
    }
  });
});
