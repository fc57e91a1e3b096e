import { expect, test } from "vitest";
import { STUCK_AFTER } from "../src/failures.ts";
import { DatabaseError, LANDING_BACKOFF } from "../src/index.ts";
import { Harness } from "./support/harness.ts";
import { exit } from "./support/scripted-lander.ts";

const SECOND = 1000;

function complete(harness = new Harness(), convoy = "hq-cv-a", ...references: string[]): Harness {
  const tracked = references.length === 0 ? ["external:gastown:gt-1"] : references;
  harness.town.convoy(convoy, ...tracked);
  harness.town.close(...tracked.map((reference) => reference.split(":").at(-1) ?? ""));
  return harness;
}

test("a complete convoy is landed by one check, and said to be landed once it is read as closed", async () => {
  const harness = complete();
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toEqual([
    { event: "landed", convoy: "hq-cv-a", title: "Convoy hq-cv-a", ms: 0, by: "check" },
  ]);
});

test("the steps are taken in order, each after a fresh read", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = () => exit(1, "1 open issue; use --force to close anyway");
  harness.gt.script.force = harness.landing;
  let reads = 0;
  const { readConvoys } = harness.town.store;
  harness.options = {
    store: {
      ...harness.town.store,
      readConvoys: async (ids) => {
        reads += 1;
        harness.gt.calls.push("read");
        return readConvoys(ids);
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
  ]);
  expect(reads).toBeGreaterThanOrEqual(4);
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-a", by: "force" }]);
});

test("no force without a refusal that names it", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = () => exit(1, "database is locked");
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toContain("close hq-cv-a");
  expect(harness.gt.calls).not.toContain("force hq-cv-a");
});

test("force is the next step when close is left out", async () => {
  const harness = complete();
  harness.options = { steps: ["check", "force"] };
  harness.gt.script.check = () => exit(0);
  harness.gt.script.force = harness.landing;
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "force hq-cv-a"]);
});

test("only the steps that are allowed are taken", async () => {
  const harness = complete();
  harness.options = { steps: ["check"] };
  harness.gt.script.check = () => exit(0, "use --force");
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(new Set(harness.gt.calls)).toEqual(new Set(["check hq-cv-a"]));
});

test("an issue that is reopened between decision and action stops the ladder", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.set("open", "gt-1");
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("waiting")).toMatchObject([{ convoy: "hq-cv-a", open: 1 }]);
  expect(harness.of("stuck")).toEqual([]);
});

test("an issue that is added between decision and action stops the ladder", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.gastown.put("gt-2");
    harness.town.town.track("hq-cv-a", "external:gastown:gt-2");
    return exit(0);
  };
  await harness.watch();
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  harness.gt.script.check = harness.landing;
  harness.town.close("gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.advance(SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a convoy is read after the rival has been looked for, and right before the command", async () => {
  const harness = complete();
  harness.options = {
    rival: async () => {
      harness.town.set("open", "gt-1");
      return undefined;
    },
  };
  await harness.watch();
  expect(harness.gt.calls).toEqual([]);
});

test("exit 0 and nothing happened: tried again with growing delays, and stuck is told once", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0, "No convoys ready to close.");
  harness.gt.script.close = () => exit(0, "closed");
  harness.options = { random: () => 0.999, sweepEvery: 10_000 * SECOND };
  await harness.watch();
  const starts: number[] = [];
  const from = harness.clock.now();
  harness.gt.script.check = () => {
    starts.push(harness.clock.now() - from);
    return exit(0, "No convoys ready to close.");
  };
  await harness.clock.advance(20 * SECOND);
  expect(starts).toEqual([999, 999 + 1998, 999 + 1998 + 3996, 999 + 1998 + 3996 + 7992]);
  expect(harness.of("stuck")).toEqual([
    {
      event: "stuck",
      convoy: "hq-cv-a",
      title: "Convoy hq-cv-a",
      attempts: STUCK_AFTER,
      output: "No convoys ready to close.\nclosed",
    },
  ]);
});

test("hints and sweeps do not bring a failed landing forward", async () => {
  const harness = complete();
  harness.options = { steps: ["check"], sweepEvery: 100 };
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  for (let hint = 0; hint < 50; hint += 1) {
    harness.feed.closed("gt-1", String(hint));
    await harness.clock.advance(200);
  }
  expect(harness.gt.calls.length).toBeLessThanOrEqual(5);
});

test("delays never exceed the cap, whatever the number of failures", async () => {
  const harness = complete();
  harness.options = { steps: ["check"] };
  harness.gt.script.check = () => exit(1);
  await harness.watch();
  await harness.clock.advance(3_600 * SECOND);
  const before = harness.gt.calls.length;
  await harness.clock.advance(2 * LANDING_BACKOFF.cap);
  expect(harness.gt.calls.length - before).toBeGreaterThanOrEqual(2);
});

test("a stuck convoy is taken up again at once when it changes", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(600 * SECOND);
  const before = harness.gt.calls.length;
  harness.town.convoy("hq-cv-a", "external:gastown:gt-2");
  harness.town.close("gt-2");
  harness.gt.script.check = harness.landing;
  harness.feed.closed("gt-2");
  await harness.clock.advance(SECOND);
  expect(harness.gt.calls.length).toBeGreaterThan(before);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a stuck convoy is taken up at the next sweep when gt is another one", async () => {
  const harness = complete();
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(1_200 * SECOND);
  harness.gt.version = "gt 2";
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(30 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a gt that is replaced while its last command hangs is tried again at once", async () => {
  const harness = complete();
  harness.gt.script.check = async () => {
    await harness.clock.sleep(60 * SECOND);
    return { ended: "timeout", output: "no answer within 60 s" };
  };
  await harness.watch();
  await harness.clock.advance(2_000 * SECOND);
  while (harness.gt.running === 0) await harness.clock.advance(SECOND);
  harness.gt.version = "gt 2";
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(91 * SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a gt that writes to the convoy and leaves it open is not called at every look", async () => {
  const harness = complete();
  harness.options = { steps: ["check"], sweepEvery: 100 };
  harness.gt.script.check = (convoy) => {
    harness.town.town.put(convoy, { title: "noted" });
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.gt.calls.length).toBeLessThanOrEqual(5);
  expect(harness.of("stuck")).toHaveLength(1);
});

test("an issue that is reopened and closed again ends the backoff, though nothing stored differs", async () => {
  const harness = complete();
  const stamp = { since: 7 };
  harness.town.gastown.put("gt-1", { status: "closed", ...stamp });
  harness.gt.script.check = () => exit(0);
  await harness.watch();
  await harness.clock.advance(600 * SECOND);
  harness.town.gastown.put("gt-1", { status: "open", ...stamp });
  harness.feed.reopened("gt-1");
  await harness.clock.settle();
  harness.town.gastown.put("gt-1", { status: "closed", ...stamp });
  harness.gt.script.check = harness.landing;
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});

test.for(["timeout", "not-found"] as const)(
  "a command that ended by %s is told at once, and ends the ladder",
  async (ended) => {
    const harness = complete();
    harness.gt.script.check = () => ({ ended, output: "no answer within 60 s" });
    await harness.watch();
    expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
    expect(harness.of("stuck")).toMatchObject([{ convoy: "hq-cv-a", attempts: 1, output: "no answer within 60 s" }]);
    await harness.clock.advance(60 * SECOND);
    expect(harness.of("stuck")).toHaveLength(1);
  },
);

test.for(["signal", "failed"] as const)("a command that ended by %s is tried again", async (ended) => {
  const harness = complete();
  harness.gt.script.check = () => ({ ended, output: "killed" });
  await harness.watch();
  expect(harness.of("stuck")).toEqual([]);
  harness.gt.script.check = harness.landing;
  await harness.clock.advance(SECOND);
  expect(harness.of("landed")).toHaveLength(1);
});

test("a command that failed after all is no failure when the convoy is closed", async () => {
  const harness = complete();
  harness.gt.script.check = (convoy) => {
    harness.land(convoy);
    return exit(1, "mail could not be sent");
  };
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("stuck")).toEqual([]);
});

test("a step that leads nowhere is learnt for one kind of convoy, and forgotten when gt changes", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = harness.landing;
  await harness.watch();
  const landOne = async (convoy: string, issue: string): Promise<string[]> => {
    harness.gt.calls.length = 0;
    harness.town.convoy(convoy, issue);
    harness.town.close(issue);
    harness.feed.closed(issue);
    await harness.clock.settle();
    return [...harness.gt.calls];
  };
  expect(await landOne("hq-cv-b", "gt-5")).toEqual(["close hq-cv-b"]);
  expect(await landOne("hq-cv-c", "hq-5")).toEqual(["check hq-cv-c", "close hq-cv-c"]);
  harness.gt.version = "gt 2";
  expect(await landOne("hq-cv-d", "gt-6")).toEqual(["check hq-cv-d", "close hq-cv-d"]);
});

test("what was learnt is forgotten when the steps that were left lead nowhere", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(0);
  harness.gt.script.close = () => exit(0, "use --force");
  harness.gt.script.force = (convoy) => {
    // Somebody closes it by hand, while gt refuses to.
    harness.land(convoy);
    return exit(1, "unknown flag: --force");
  };
  await harness.watch();
  expect(harness.of("landed")).toHaveLength(1);
  complete(harness, "hq-cv-b", "external:gastown:gt-2");
  harness.gt.script.force = () => exit(1, "unknown flag: --force");
  harness.gt.script.close = harness.landing;
  harness.feed.closed("gt-2");
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("landed")).toHaveLength(2);
});

test("a step that fails is not learnt to be futile", async () => {
  const harness = complete(new Harness(), "hq-cv-a");
  harness.gt.script.check = () => exit(1, "database is locked");
  harness.gt.script.close = harness.landing;
  await harness.watch();
  harness.gt.calls.length = 0;
  complete(harness, "hq-cv-b", "external:gastown:gt-2");
  harness.feed.closed("gt-2");
  await harness.clock.settle();
  expect(harness.gt.calls).toEqual(["check hq-cv-b", "close hq-cv-b"]);
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

test("convoys closed by the check for another one are landed, once each", async () => {
  const harness = complete(complete(complete(), "hq-cv-b", "bd-1"), "hq-cv-c", "hq-1");
  harness.gt.script.check = () => {
    for (const convoy of ["hq-cv-a", "hq-cv-b", "hq-cv-c"]) harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(60 * SECOND);
  expect(harness.gt.calls).toHaveLength(1);
  expect(
    harness
      .of("landed")
      .map(({ convoy }) => convoy)
      .sort(),
  ).toEqual(["hq-cv-a", "hq-cv-b", "hq-cv-c"]);
  expect(harness.of("skipped")).toEqual([]);
});

test("a convoy that completes while a check is running, and is closed by it, is landed and no rival's", async () => {
  const harness = complete();
  harness.town.convoy("hq-cv-b", "bd-1");
  harness.gt.script.check = async () => {
    await harness.clock.sleep(2 * SECOND);
    harness.land("hq-cv-a");
    harness.land("hq-cv-b");
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(SECOND);
  harness.town.close("bd-1");
  harness.feed.closed("bd-1");
  await harness.clock.advance(5 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed").map(({ convoy }) => convoy)).toEqual(["hq-cv-a", "hq-cv-b"]);
  expect(harness.of("skipped")).toEqual([]);
});

test("a read that began before a landing and ended after it says nothing about it", async () => {
  const harness = complete();
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(SECOND);
    harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  await harness.clock.advance(SECOND - 10);
  const { town } = harness.town;
  town.pause = (query) => (query === "convoys" ? harness.clock.sleep(100) : undefined);
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  town.pause = undefined;
  await harness.clock.advance(60 * SECOND);
  expect(harness.of("complete")).toHaveLength(1);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("skipped")).toEqual([]);
  expect(harness.gt.calls).toHaveLength(1);
});

test("one gt at a time, and no convoy twice at once", async () => {
  const harness = new Harness();
  for (let number = 0; number < 20; number += 1) complete(harness, `hq-cv-${number}`, `gt-${number}`);
  harness.gt.script.check = async (convoy) => {
    await harness.clock.sleep(100);
    harness.land(convoy);
    return exit(0);
  };
  await harness.watch();
  for (let number = 0; number < 20; number += 1) {
    harness.feed.closed(`gt-${number}`);
    await harness.clock.advance(50);
  }
  await harness.clock.advance(5 * SECOND);
  expect(harness.gt.mostAtOnce).toBe(1);
  expect(harness.gt.calls).toHaveLength(20);
  expect(harness.of("landed")).toHaveLength(20);
});

test("beside a rival a convoy is left to it for the grace period, then landed", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  await harness.clock.advance(4_900);
  expect(harness.gt.calls).toEqual([]);
  await harness.clock.advance(200);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  expect(harness.of("landed")).toHaveLength(1);
  expect(harness.of("warning").filter(({ message }) => message.includes("gt daemon (pid 7)"))).toHaveLength(1);
});

test("what a rival closes in its grace is told as skipped, and no command is run", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  await harness.watch();
  await harness.clock.advance(2_000);
  harness.land("hq-cv-a");
  await harness.clock.advance(10 * SECOND);
  expect(harness.gt.calls).toEqual([]);
  expect(harness.of("skipped")).toMatchObject([
    { convoy: "hq-cv-a", reason: "rival", detail: "gt daemon (pid 7) closed it first" },
  ]);
});

test("a rival's grace runs from the completion, however often the convoy is looked at", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  harness.options = { sweepEvery: 300 };
  await harness.watch();
  await harness.clock.advance(5_100);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
});

test("a wall clock that is set back prolongs neither a grace nor a backoff", async () => {
  const harness = complete();
  harness.rival = "gt daemon (pid 7)";
  harness.gt.script.check = () => exit(1);
  harness.options = { steps: ["check"] };
  await harness.watch();
  harness.clock.jump(-3_600 * SECOND);
  await harness.clock.advance(40 * SECOND);
  const { length } = harness.gt.calls;
  expect(length).toBeGreaterThanOrEqual(1);
  harness.clock.jump(-3_600 * SECOND);
  await harness.clock.advance(LANDING_BACKOFF.cap + 60 * SECOND);
  expect(harness.gt.calls.length).toBeGreaterThan(length);
});

test("when a read fails before the command, the convoy is landed as soon as it can be read again", async () => {
  const harness = complete();
  harness.town.convoy("hq-cv-b", "gt-2");
  await harness.watch();
  harness.town.close("gt-2");
  const { town } = harness.town;
  let broken = true;
  const answer = town.convoys.bind(town);
  let judged = false;
  town.convoys = async (ids) => {
    if (broken && judged) throw new DatabaseError("locked", "town", "town is locked", "wait");
    judged = true;
    return answer(ids);
  };
  harness.feed.closed("gt-2");
  await harness.clock.advance(3_600 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a"]);
  broken = false;
  await harness.clock.advance(31 * SECOND);
  expect(harness.gt.calls).toEqual(["check hq-cv-a", "check hq-cv-b"]);
});

test("when the read after a command fails, the convoy is still taken up at once when it changes", async () => {
  const harness = complete();
  harness.gt.script.check = () => {
    harness.town.town.fault = "locked";
    return exit(0);
  };
  await harness.watch();
  await harness.clock.settle();
  harness.town.town.fault = undefined;
  harness.gt.script.check = harness.landing;
  harness.gt.version = "gt 2";
  harness.feed.closed("gt-1");
  await harness.clock.settle();
  expect(harness.of("landed")).toHaveLength(1);
});

test("a lander that throws is a failed try, and the watcher lives on", async () => {
  const harness = complete();
  harness.gt.script.check = () => Promise.reject(new Error("spawn failed"));
  await harness.watch();
  await harness.clock.advance(10 * SECOND);
  expect(harness.of("stuck")).toMatchObject([{ convoy: "hq-cv-a", output: "spawn failed" }]);
  complete(harness, "hq-cv-b", "bd-9");
  harness.gt.script.check = harness.landing;
  harness.feed.closed("bd-9");
  await harness.clock.settle();
  expect(harness.of("landed")).toMatchObject([{ convoy: "hq-cv-b" }]);
});

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
