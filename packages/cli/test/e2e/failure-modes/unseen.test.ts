import { execFileSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Scene, scene } from "../../support/scene.ts";

const NEVER = ["--sweep", "1h"];

function one(made: Scene = scene()): Scene & { convoy: string; issue: string } {
  const issue = made.town.createIssue({ rig: "alpha" });
  return { ...made, issue, convoy: made.town.createConvoy({ tracks: [issue] }) };
}

/** The ways to close an issue of which no daemon hears. */
const SILENT: readonly (readonly [how: string, close: (made: Scene, issue: string) => void])[] = [
  [
    "bd --no-daemon",
    ({ bin, town, env }, issue) => bd(bin, ["--no-daemon", "close", issue], join(town.dir, "alpha"), env),
  ],
  [
    "bd from another rig, which routes it",
    ({ bin, town, env }, issue) => bd(bin, ["close", issue], join(town.dir, "beta"), env),
  ],
  ["an import", ({ town }, issue) => town.importClosed(issue)],
  ["a program that leaves no event", ({ town }, issue) => town.close(issue, { event: false })],
];

function bd(bin: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv): void {
  execFileSync(join(bin, "bd"), args, { cwd, env, stdio: "ignore" });
}

test.each(SILENT)("FM-1: a close by %s is seen in the database, without waiting for a sweep", async (_how, close) => {
  const made = one();
  const cli = await made.watch(...NEVER);
  close(made, made.issue);
  await cli.record("landed", { convoy: made.convoy });
  await cli.stop();
  const sources = cli
    .records("close")
    .filter(({ issue }) => issue === made.issue)
    .map(({ source }) => source);
  expect(new Set(sources)).toEqual(new Set(["db"]));
});

test("FM-1: with a mute stream and no other source, the next sweep finds it", async () => {
  const { town, control, watch, convoy, issue } = one();
  control.set({ bd: { activity: "silent" } });
  const cli = await watch("--source", "bd", "--sweep", "200ms");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("close")).toEqual([]);
});

test("FM-1: what was closed before the start is found by the start", async () => {
  const { town, watch, convoy, issue } = one();
  town.close(issue);
  const cli = await watch("--source", "bd", ...NEVER);
  await cli.record("landed", { convoy });
  await cli.stop();
});

test.each([
  ["alpha", "the first folder of the route"],
  ["al-a_b", "the id"],
  ["al", "the prefix"],
  ["", "nothing"],
  ["gone", "a rig that is no more"],
])("FM-2: external:%s:<id>, the middle being %s, is matched and resolved on the event path", async (middle) => {
  const { town, watch } = scene();
  const issue = town.createIssue({ id: "al-a_b" });
  const misses = ["al-axb", "al-A_B", "xal-a_b", "al-a_b.1"].map((id) =>
    town.createIssue({ id, rig: id.startsWith("al-") ? "alpha" : "hq" }),
  );
  const convoy = town.createConvoy({ rawTracks: [`external:${middle}:${issue}`] });
  const near = misses.map((id) => town.createConvoy({ rawTracks: [`external:alpha:${id}`] }));
  const cli = await watch("--source", "bd", ...NEVER, "--dry-run");
  town.close(issue, { feed: true });
  const close = await cli.record("close", { issue });
  if (middle !== "") await cli.record("complete", { convoy });
  await cli.stop();
  expect(close.convoys).toEqual(middle === "" ? [] : [convoy]);
  expect(cli.records("complete").filter((record) => near.includes(record.convoy ?? ""))).toEqual([]);
});

test("FM-14: a rig that is added while watching is watched", async () => {
  const { town, watch } = scene();
  const cli = await watch(...NEVER);
  town.addRig("gamma", { prefix: "ga" });
  const issue = town.createIssue({ rig: "gamma" });
  const convoy = town.createConvoy({ tracks: [issue] });
  await cli.record("waiting", { convoy, open: 1 });
  town.close(issue);
  await cli.record("landed", { convoy });
  await cli.stop();
});

test("FM-14: a rig daemon that is restarted while watching leaves the stream deaf for ever, and costs nothing", async () => {
  const { town, control, watch, convoy, issue } = one();
  const cli = await watch(...NEVER);
  const heard = town.createIssue({ rig: "alpha" });
  town.close(heard, { feed: true });
  await cli.record("close", { issue: heard, source: "bd" });
  control.restartDaemon("alpha");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  const sources = cli
    .records("close")
    .filter((record) => record.issue === issue)
    .map(({ source }) => source);
  expect(new Set(sources)).toEqual(new Set(["db"]));
  expect(control.calls("bd")).toHaveLength(1);
});

test("FM-14: the same with the stream as the only source: the sweep makes up for it", async () => {
  const { town, control, watch, convoy, issue } = one();
  const cli = await watch("--source", "bd", "--sweep", "300ms");
  control.set({ bd: { intervalMs: 50, mute: ["alpha"] } });
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
});

test.each([
  ["the stream", "bd"],
  ["the database", "db"],
])(
  "FM-18: a tracked issue that is deleted completes its convoy (seen by %s), although gt check never closes it",
  async (_what, source) => {
    const { town, watch, convoy, issue } = one();
    const cli = await watch("--source", source, ...NEVER);
    town.tombstone(issue, { feed: true });
    expect(await cli.record("landed", { convoy })).toMatchObject({ by: "close" });
    await cli.stop();
    expect(cli.records("checking").map(({ command }) => command)).toEqual([
      `gt convoy close ${convoy} --reason "All tracked issues completed"`,
    ]);
  },
);

test("FM-17: warnings, text, null, cut, long and broken lines on bd's stdout cost nothing but themselves", async () => {
  const { town, watch, convoy, issue } = one();
  const cli = await watch("--source", "bd", ...NEVER);
  const noise = [
    "Warning: daemon is old",
    "No activity",
    "null",
    `{"timestamp":"2026-01-12T1`,
    "x".repeat(2 ** 21),
    "\u0000\uFFFD",
  ];
  appendFileSync(join(town.beadsDir("alpha"), "activity.ndjson"), `${noise.join("\n")}\n`);
  await cli.record("warning");
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(
    cli
      .records("warning")
      .every(({ message }) => /^bd activity printed \d+ line\(s\) that are not events/.test(String(message))),
  ).toBe(true);
});
