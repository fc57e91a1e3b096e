import { expect, test } from "vitest";
import { Harness } from "../support/harness.ts";
import { exit } from "../support/scripted-lander.ts";
import { complete } from "../support/towns.ts";

const SECOND = 1000;

test("a complete convoy is landed by one check, and said to be landed once it is read as closed", async () => {
  const harness = complete();
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toEqual([
    {
      event: "landed",
      convoy: "hq-cv-a",
      title: "Convoy hq-cv-a",
      ms: 0,
      by: "check",
      told: "cannot be known",
      toldMs: 0,
    },
  ]);
});

test("the steps are taken in order, each after a fresh read", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = () => exit(1, "Error: 1 open issue\n  Use --force to close anyway.");
  harness.gt.script.force = harness.landing;
  let reads = 0;
  const { readConvoys } = harness.town.store;
  harness.options = {
    store: {
      ...harness.town.store,
      readConvoys: async (ids, options) => {
        if (options?.fresh === true) {
          reads += 1;
          harness.gt.calls.push("read");
        }
        return readConvoys(ids, options);
      },
    },
  };
  await harness.watch();
  expect(harness.gt.calls.slice(harness.gt.calls.indexOf("check hq-cv-a") - 1)).toEqual([
    "read",
    "check hq-cv-a",
    "read",
    "close hq-cv-a",
    "read",
    "force hq-cv-a",
    "read",
    // For who has been told.
    "read",
  ]);
  expect(reads).toBeGreaterThanOrEqual(4);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", by: "force" }]);
});

test("no force without a refusal that names it", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  const refusals = [
    'closing "Deploy with --force": database is locked',
    "cannot close hq-cv-a: assignee is A, actor is B; reclaim or use --force",
    "Flags:\n      --force   close it anyway",
  ];
  harness.gt.script.close = () => exit(1, refusals[harness.gt.calls.length % refusals.length]);
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toContain("close hq-cv-a");
  expect(harness.gt.calls).not.toContain("force hq-cv-a");
});

test("no force when close is left out: nothing has refused", async () => {
  const harness = complete();
  harness.options = { steps: ["check", "force"] };
  harness.gt.script.check = () => exit(0);
  harness.gt.script.force = harness.landing;
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(new Set(harness.gt.calls)).toEqual(new Set(["check hq-cv-a"]));
});

test("only the steps that are allowed are taken", async () => {
  const harness = complete();
  harness.options = { steps: ["check"] };
  harness.gt.script.check = () => exit(0, "use --force");
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(new Set(harness.gt.calls)).toEqual(new Set(["check hq-cv-a"]));
});

test.for(["--force", "-x", "a b", "a;b", "hq-cv-ü", "../x"])(
  "%s never becomes an argument, and is told once",
  async (id) => {
    const harness = complete(new Harness(), id);
    await harness.watch();
    await harness.clock.advance(120 * SECOND);
    expect(harness.gt.calls).toEqual([]);
    expect(harness.of("stuck")).toMatchObject([{ convoy: id, attempts: 0 }]);
  },
);

test("the time to land is counted from the hint", async () => {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "gt-1");
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(1_500);
    harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(5 * SECOND);
  harness.town.close("gt-1");
  harness.feed.closed("gt-1");
  await harness.clock.advance(5 * SECOND);
  expect(harness.of("landed")).toMatchObject([{ ms: 1_500 }]);
});

test("a gt whose check takes no id is told to close", async () => {
  const harness = complete();
  harness.gt.knowledge = { checkTakesId: false, stamps: false };
  harness.gt.script.close = harness.landing;
  await harness.watch();
  expect(harness.gt.calls).toEqual(["close hq-cv-a"]);
  expect(harness.of("landed")).toMatchObject([{ by: "close" }]);
});

test("nobody else judges a convoy while a command runs for it: what that closes is not put down to others", async () => {
  const harness = complete();
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(1_000);
    harness.land(convoy);
    await harness.clock.sleep(1_000);
    return exit(0);
  };
  harness.options = { sweepEvery: 1_010 };
  await harness.watch();
  await harness.clock.advance(5 * SECOND);
  expect(harness.of("closed")).toEqual([]);
  expect(harness.of("landed")).toHaveLength(1);
});
