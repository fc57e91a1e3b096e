import { expect, test } from "vitest";
import { until, waitFor } from "../src/index.ts";

test("what holds, now or later, is returned", async () => {
  let looks = 0;
  expect(await until(() => (looks += 1) > 3 && "there")).toBe("there");
  expect(await until(async () => "also later")).toBe("also later");
});

test("an answer that comes later counts by what it is, not by being one", async () => {
  let looks = 0;
  await until(async () => (looks += 1) > 3);
  expect(looks).toBe(4);
});

test("what does not come is named, with what was there instead", async () => {
  const waiting = waitFor(
    "third line",
    () => undefined,
    () => ["one", "two"],
    1,
  );
  await expect(waiting).rejects.toThrow(/No third line within 1 ms: \[\s+"one",\s+"two"\s+\]/);
});

test("a look that fails ends the wait", async () => {
  await expect(until(() => Promise.reject(new Error("no such file")))).rejects.toThrow("no such file");
});
