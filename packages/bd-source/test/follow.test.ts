import { activityLine, shellProgram, tempDir } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { followOnce } from "../src/follow.ts";

test("the last lines are waited for: a process that bd has left behind may still write them", async () => {
  const dir = tempDir(onTestFinished).path;
  const line = activityLine({ type: "status", id: "al-last", time: 1n, oldStatus: "open", newStatus: "closed" });
  const late = `while kill -0 $$ 2>/dev/null; do sleep 0.01; done; echo '${line}'`;
  const bd = shellProgram(dir, "bd", `(${late}) & exit 0`);
  const issues: string[] = [];
  await followOnce({
    bd,
    town: dir,
    env: process.env,
    signal: new AbortController().signal,
    onBatch: ({ events }) => issues.push(...events.map(({ issue }) => issue)),
    drain: 60_000,
  });
  expect(issues).toEqual(["al-last"]);
});
