import { expect, test } from "vitest";
import { Harness } from "./support/harness.ts";
import { exit } from "./support/scripted-lander.ts";

function town(): Harness {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.town.convoy("hq-cv-b", "gt-2");
  harness.town.close("gt-1");
  return harness;
}

test("one sweep lands what is complete, and ends", async () => {
  const harness = town();
  await expect(harness.check()).resolves.toEqual({ missing: [], complete: 1, stuck: [] });
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("only the convoys asked for are looked at, each once", async () => {
  const harness = town();
  harness.town.close("gt-2");
  await expect(harness.check("hq-cv-b", "hq-cv-b")).resolves.toEqual({ missing: [], complete: 1, stuck: [] });
  expect(harness.gt.calls).toEqual(["check hq-cv-b"]);
});

test("ids that name no convoy are missing; a closed one is not", async () => {
  const harness = town();
  harness.land("hq-cv-a");
  await expect(harness.check("hq-cv-a", "hq-cv-x", "gt-1")).resolves.toMatchObject({ missing: ["hq-cv-x", "gt-1"] });
});

test("what can't be landed is tried three times, reported, and leaves no timer behind", async () => {
  const harness = town();
  harness.gt.script.check = () => exit(0, "No convoys ready to close.");
  await expect(harness.check()).resolves.toEqual({ missing: [], complete: 1, stuck: ["hq-cv-a"] });
  expect(harness.gt.calls.filter((call) => call === "check hq-cv-a")).toHaveLength(3);
  expect(harness.of("stuck")).toHaveLength(1);
  expect(harness.clock.sleepers).toBe(0);
});

test("one stuck convoy does not keep the others from landing", async () => {
  const harness = town();
  harness.town.close("gt-2");
  harness.gt.script.check = (convoy) => {
    if (convoy === "hq-cv-a") return exit(1, "no");
    harness.land(convoy);
    return exit(0);
  };
  await expect(harness.check()).resolves.toEqual({ missing: [], complete: 2, stuck: ["hq-cv-a"] });
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-b" }]);
});

test("a town that can't be read any more ends the check, too", async () => {
  const harness = town();
  harness.gt.script.check = () => {
    harness.town.town.fault = "locked";
    return exit(0);
  };
  await expect(harness.check()).resolves.toMatchObject({ complete: 1, stuck: ["hq-cv-a"] });
});

test("a town that can't be read at all fails", async () => {
  const harness = town();
  harness.town.town.fault = "locked";
  await expect(harness.check()).rejects.toMatchObject({ fault: "locked" });
});

test("a rival is left its grace", async () => {
  const harness = town();
  harness.rival = "gt daemon";
  const from = harness.clock.now();
  await harness.check();
  expect(harness.clock.now() - from).toBe(5_000);
  expect(harness.of("landed")).toHaveLength(1);
});

test("dry-run counts, and runs nothing", async () => {
  const harness = town();
  harness.options = { dryRun: true };
  await expect(harness.check()).resolves.toEqual({ missing: [], complete: 1, stuck: [] });
  expect(harness.gt.calls).toEqual([]);
});

test("stop ends it", async () => {
  const harness = town();
  harness.gt.script.check = () => {
    harness.stop.abort();
    return exit(1);
  };
  await harness.check();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("a convoy that waits is no failure", async () => {
  const harness = town();
  await expect(harness.check("hq-cv-b")).resolves.toEqual({ missing: [], complete: 0, stuck: [] });
  expect(harness.of("waiting")).toMatchObject([{ convoy: "hq-cv-b", done: 0, open: 1, unknown: 0, total: 1 }]);
});
