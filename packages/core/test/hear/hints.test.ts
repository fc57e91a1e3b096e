import { expect, test } from "vitest";
import { Harness } from "../support/harness.ts";

test("a close is told with the convoys it concerns, also when there are none", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1", "gt-2");
  harness.town.convoy("hq-cv-b", "external:gastown:gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  harness.feed.closed("gt-99");
  await harness.clock.settle();
  expect(harness.of("close")).toEqual([
    { event: "close", issue: "gt-1", source: "bd", convoys: ["hq-cv-a", "hq-cv-b"] },
    { event: "close", issue: "gt-99", source: "bd", convoys: [] },
  ]);
  expect(harness.gt.calls).toEqual(["check hq-cv-b"]);
});

test("a hint costs nothing but a look: what decides is the database", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  for (let count = 0; count < 20; count += 1) harness.feed.closed("gt-1", String(count));
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual([]);
});

test("a burst of closes in one convoy runs one command", async () => {
  const harness = new Harness();
  const issues = Array.from({ length: 500 }, (_, number) => `gt-${number}`);
  harness.town.convoy("hq-cv-a", ...issues);
  await harness.watch();
  harness.town.close(...issues);
  for (const issue of issues) harness.feed.closed(issue);
  await harness.clock.advance(10_000);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("the replay of a landed convoy's closes costs no command", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  for (let count = 0; count < 5; count += 1) {
    harness.feed.closed("gt-1", "2026-01-12T18:03:11Z");
    await harness.clock.advance(5_000);
  }
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("state and warnings of a source are passed on", async () => {
  const harness = new Harness();
  await harness.watch();
  harness.feed.push(
    { kind: "state", state: "down", detail: "exit status 1" },
    { kind: "warning", message: "3 lines dropped", hint: "none" },
    { kind: "warning", message: "bare" },
  );
  await harness.clock.settle();
  expect(harness.of("source").at(-1)).toEqual({ event: "source", name: "bd", state: "down", detail: "exit status 1" });
  expect(harness.of("warning")).toEqual([
    { event: "warning", message: "3 lines dropped", hint: "none" },
    { event: "warning", message: "bare" },
  ]);
});

test("a source that asks for a sweep gets one", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.feed.push({ kind: "sweep", reason: "restarted" });
  await harness.clock.settle();
  expect(harness.of("sweep").at(-1)).toMatchObject({ reason: "bd: restarted", complete: 1 });
  expect(harness.of("landed")).toHaveLength(1);
});

test("a hint that cannot be followed becomes a sweep", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  await harness.watch();
  harness.town.close("gt-1");
  harness.town.town.fault = "locked";
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  harness.town.town.fault = undefined;
  await harness.clock.advance(1_000);
  expect(harness.of("landed")).toHaveLength(1);
});
