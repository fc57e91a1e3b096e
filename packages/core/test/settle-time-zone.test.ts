import { expect, it, onTestFinished } from "vitest";
import { type ConvoySnapshot, judge } from "../src/index.ts";
import { createRun, type ReconcileOptions } from "../src/run.ts";
import { SETTLE, settling } from "../src/settle.ts";

/** How long a convoy that is complete when it is first seen is left alone. */
const wait = (createdAt: string): number => {
  const clock = { now: () => 0, wall: () => Date.UTC(2026, 0, 13, 1, 57, 30), sleep: () => Promise.resolve() };
  const run = createRun({ clock } as unknown as ReconcileOptions);
  const tracked = [{ reference: "hq-1", id: "hq-1", state: "done", status: "closed" }] as const;
  const convoy: ConvoySnapshot = {
    id: "hq-cv-1",
    title: "",
    status: "open",
    open: true,
    staged: false,
    owned: false,
    createdAt,
    tracked,
  };
  return settling(run, {}, convoy, judge(convoy));
};

it.each([
  ["bd's own", "2026-01-13T01:57:25.123456789Z"],
  ["SQLite's, which is UTC", "2026-01-13 01:57:25"],
])("leaves a convoy of five seconds ago time to settle, in any time zone: %s", (_, createdAt) => {
  const before = process.env["TZ"];
  onTestFinished(() => {
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
  });
  process.env["TZ"] = "Asia/Kolkata";
  expect(wait(createdAt)).toBe(SETTLE);
});

it("does not wait for a convoy that is an hour old", () => {
  expect(wait("2026-01-13 00:57:25")).toBe(0);
});
