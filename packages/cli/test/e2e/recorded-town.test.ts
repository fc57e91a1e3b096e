import { copyRecordedTown, openTown, recordedTown } from "@gastown/test-fixtures";
import { describe, expect, test } from "vitest";
import { moreSweeps, type RunningCli } from "../support/running-cli.ts";
import { type Stage, stage } from "../support/scene.ts";

const ALL = [
  "hq-cv-3ebwm",
  "hq-cv-45lfu",
  "hq-cv-5kpzs",
  "hq-cv-ex5js",
  "hq-cv-f2m6k",
  "hq-cv-fmhhy",
  "hq-cv-g3goy",
  "hq-cv-g4y2s",
  "hq-cv-m62mo",
  "hq-cv-mi7oy",
  "hq-cv-toa5y",
];
const LANDED = ["hq-cv-3ebwm", "hq-cv-45lfu", "hq-cv-g3goy", "hq-cv-g4y2s", "hq-cv-m62mo", "hq-cv-mi7oy"];
const REASONS = {
  "hq-cv-5kpzs": "al-9uj is not closed (alpha, open)",
  "hq-cv-toa5y": "al-axb is not closed (alpha, open)",
  "hq-cv-ex5js": "no route leads to gh-zzz",
  "hq-cv-fmhhy": "it tracks nothing",
};

type Played = Stage & { readonly town: ReturnType<typeof openTown> };

/** A copy of the recorded town, with a bd that plays the recorded stream, and gt as it was on that day. */
function play(): Played {
  const made = stage("town");
  const town = openTown(copyRecordedTown(made.root, { feed: true }));
  town.startDaemons();
  made.control.set({ bd: { intervalMs: 50 }, gt: { mode: "seed" } });
  return { ...made, town };
}

function reasonsOf(cli: RunningCli): Record<string, string> {
  const waiting = cli
    .records("waiting")
    .map(({ convoy, blockers }) => [convoy, (blockers as { why: string }[]).map(({ why }) => why).join("; ")]);
  const skipped = cli.records("skipped").map(({ convoy, detail }) => [convoy, detail]);
  return Object.fromEntries([...waiting, ...skipped]) as Record<string, string>;
}

function verify({ town, control }: Played, cli: RunningCli): void {
  expect(
    cli
      .records("landed")
      .map(({ convoy }) => convoy)
      .toSorted(),
  ).toEqual(LANDED);
  expect(ALL.filter((convoy) => town.status(convoy) === "closed")).toEqual([...LANDED, "hq-cv-f2m6k"].toSorted());
  expect(reasonsOf(cli)).toEqual(REASONS);
  expect(cli.records().filter(({ convoy }) => convoy === "hq-cv-f2m6k")).toEqual([]);
  expect(cli.records("stuck")).toEqual([]);
  for (const convoy of LANDED)
    expect(town.events(convoy).filter(({ event_type }) => event_type === "closed")).toHaveLength(1);
  expect(control.mails().map(({ to, convoy }) => [to, convoy])).toEqual([["mayor/", "hq-cv-3ebwm"]]);
}

const missing = recordedTown() === undefined;
if (missing)
  console.log("Left out: the CLI over the recorded town, since there is no shared/real-town (set SHARED_DIR)");

describe.skipIf(missing)("the recorded town", () => {
  test.each([
    ["both sources", []],
    ["the stream alone", ["--source", "bd"]],
    ["the database files alone", ["--source", "db"]],
  ])("watched with %s: exactly the six convoys land, once each, and the others say why", async (_what, args) => {
    const played = play();
    const cli = played.start(["watch", "--town", ".", "--json", "--sweep", "300ms", ...args]);
    await cli.record("watching");
    for (const convoy of LANDED) await cli.record("landed", { convoy });
    await moreSweeps(cli, 2);
    const { code } = await cli.stop();
    verify(played, cli);
    expect(code).toBe(0);
    expect(played.leftovers()).toEqual([]);
  });

  test("checked once: the same", async () => {
    const played = play();
    const cli = played.start(["check", "--town", ".", "--json"]);
    expect((await cli.ended).code).toBe(0);
    verify(played, cli);
  });

  test("checked dry: finds the six, runs nothing", async () => {
    const { start, control } = play();
    const cli = start(["check", "--town", ".", "--json", "--dry-run"]);
    expect((await cli.ended).code).toBe(3);
    expect(
      cli
        .records("complete")
        .map(({ convoy }) => convoy)
        .toSorted(),
    ).toEqual(LANDED);
    expect(reasonsOf(cli)).toEqual(REASONS);
    expect(control.calls()).toEqual([]);
  });
});
