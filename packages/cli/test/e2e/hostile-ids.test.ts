import { sqlQuotingCases } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { scene } from "../support/scene.ts";

const CASES = sqlQuotingCases();
// oxlint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u200B\u202E]/;

/** Ids that can be routed to a database: an empty one names nothing. */
const unique = (ids: readonly string[]): string[] => [...new Set(ids)].filter((id) => id !== "");

test.each([
  ["the database files", ["--source", "db"]],
  ["the stream", ["--source", "bd"]],
])("closes of hostile ids, heard from %s, complete their own convoys, and no near miss does", async (_what, args) => {
  const { town, watch } = scene();
  const ids = unique(CASES.map(({ id }) => id));
  const misses = unique(CASES.flatMap(({ others }) => others)).filter((id) => !ids.includes(id));
  for (const id of [...ids, ...misses]) town.createIssue({ id, rig: "hq" });
  const convoys = ids.map((id) => town.createConvoy({ rawTracks: [id] }));
  for (const id of misses) town.createConvoy({ rawTracks: [id] });
  const cli = await watch("--dry-run", "--sweep", "1h", ...args);
  for (const id of ids) town.close(id, { rig: "hq", feed: true });
  for (const convoy of convoys) await cli.record("complete", { convoy });
  const { stdout } = await cli.stop();
  expect(new Set(cli.records("complete").map(({ convoy }) => convoy))).toEqual(new Set(convoys));
  expect(cli.records("warning")).toEqual([]);
  expect(stdout).not.toMatch(CONTROL);
});

test("a convoy with a hostile id never becomes an argument: it is told, once, and left to a person", async () => {
  const { town, run, control } = scene();
  const issue = town.createIssue({ id: "hq-1" });
  const ids = unique(CASES.filter(({ safeArgument }) => !safeArgument).map(({ id }) => id));
  for (const id of ids) town.createConvoy({ id, rawTracks: [issue] });
  town.close(issue);
  const { code, stdout } = await run(["check", "--json"]);
  const stuck = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .filter(({ event }) => event === "stuck");
  expect(new Set(stuck.map(({ convoy }) => convoy))).toEqual(new Set(ids));
  expect(stuck).toHaveLength(ids.length);
  expect(stuck.every(({ attempts }) => attempts === 0)).toBe(true);
  expect(landings(control)).toEqual([]);
  expect(code).toBe(1);

  const text = await run(["check"]);
  expect(text.stdout).toContain("is stuck:");
  expect(text.stdout).not.toMatch(CONTROL);
  expect(text.stdout.split("\n").every((line) => line.length < 2_000)).toBe(true);
});

test("hostile ids on the command line are looked up as they are, and told as they can be", async () => {
  const { run } = scene();
  const ids = unique(CASES.map(({ id }) => id));
  const { code, stderr } = await run(["check", "--", ...ids]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: the town has no convoy al-abc, al-abc\.1, /);
  expect(stderr).not.toMatch(CONTROL);
  expect(stderr.trimEnd().split("\n")).toHaveLength(2);
});

test("an id that looks like a flag can be named after --", async () => {
  const { town, run } = scene();
  const issue = town.createIssue({ id: "hq-1" });
  town.createConvoy({ id: "--force", rawTracks: [issue] });
  expect(await run(["check", "--json", "--", "--force"])).toMatchObject({
    code: 0,
    stdout: expect.stringContaining(`"convoy":"--force"`),
  });
});
