import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { leftOutOnDeno, onDeno } from "../support/own-command.ts";
import { residentMemory } from "../support/processes.ts";
import { scene } from "../support/scene.ts";

const EVENT = `{"timestamp":"2026-01-12T18:03:11.4-08:00","type":"status","issue_id":"al-x","symbol":"✓","message":"al-x completed · Fix","old_status":"open","new_status":"closed"}`;
const bytes = (text: string): Buffer => Buffer.from(text);

const BAD: readonly (readonly [what: string, line: Buffer])[] = [
  ["cut in the middle", bytes(EVENT.slice(0, 70))],
  ["cut inside a character", Buffer.concat([bytes(EVENT.slice(0, 88)), Buffer.from([0xe2, 0x9c])])],
  ["of 5 MB", bytes(`{"type":"status","issue_id":"${"a".repeat(5 * 1024 * 1024)}"}`)],
  ["of invalid UTF-8", Buffer.from([0xff, 0xfe, 0xc3, 0x28, 0x80, 0xf0, 0x28])],
  [
    "of invalid UTF-8 inside JSON",
    Buffer.concat([bytes(`{"type":"status","issue_id":"`), Buffer.from([0xff, 0xc0]), bytes(`"`)]),
  ],
  ["null", bytes("null")],
  ["a number", bytes("42")],
  ["a string", bytes(`"closed"`)],
  ["an array", bytes(`[${EVENT}]`)],
  ["an object without a type", bytes(`{"issue_id":"al-x"}`)],
  ["an object with a type that is no text", bytes(`{"type":{"a":1},"issue_id":"al-x","new_status":"closed"}`)],
  ["deeply nested", bytes("[".repeat(100_000))],
  ["a warning in words", bytes("Warning: daemon is of another version\u001B[2J")],
];

/** Lines that are no event of ours, and no reason to say anything. */
const HARMLESS = [
  ``,
  `   `,
  `{"type":"error","message":"daemon unreachable"}`,
  `{"type":"bonded","issue_id":"al-x","new_field":[1]}`,
  `{"type":"status","issue_id":""}`,
];

test("a line of each bad kind is counted, and the next one is heard", async () => {
  const { town, watch } = scene();
  const convoys = BAD.map(([what], at) => {
    const issue = town.createIssue({ id: `al-${at}` });
    return { what, issue, convoy: town.createConvoy({ title: what, tracks: [issue] }) };
  });
  const cli = await watch("--source", "bd", "--sweep", "1h");
  for (const [at, { issue, convoy }] of convoys.entries()) {
    const line = BAD[at]?.[1] ?? bytes("");
    appendFileSync(join(town.beadsDir("alpha"), "activity.ndjson"), Buffer.concat([line, bytes("\n")]));
    town.close(issue, { feed: true });
    await cli.record("landed", { convoy });
  }
  const { code } = await cli.stop();
  // Said at the first, the tenth, the hundredth: that the tenth was one of these says that each before it was counted.
  expect(
    cli.records("warning").map(({ message }) => /^bd activity printed \d+ line/.exec(String(message))?.[0]),
  ).toEqual(["bd activity printed 1 line", "bd activity printed 10 line"]);
  expect(code).toBe(0);
});

test("lines of kinds and fields to come are harmless", async () => {
  const { town, watch } = scene();
  const issue = town.createIssue({ rig: "alpha" });
  const convoy = town.createConvoy({ tracks: [issue] });
  const cli = await watch("--source", "bd", "--sweep", "1h");
  appendFileSync(join(town.beadsDir("alpha"), "activity.ndjson"), HARMLESS.map((line) => `${line}\n`).join(""));
  town.close(issue, { feed: true });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(cli.records("warning")).toEqual([]);
});

test.skipIf(onDeno)(
  `a flood of broken lines is told at the first, the tenth, the hundredth…, and fills no memory${leftOutOnDeno("the heap is kept small on Node only")}`,
  async () => {
    const { town, watch } = scene();
    const issue = town.createIssue({ rig: "alpha" });
    const convoy = town.createConvoy({ tracks: [issue] });
    const cli = await watch("--source", "bd", "--sweep", "1h");
    const before = residentMemory(cli.pid);
    const feed = join(town.beadsDir("alpha"), "activity.ndjson");
    for (let batch = 0; batch < 20; batch += 1)
      appendFileSync(feed, `${EVENT.slice(0, 60).padEnd(2_000, "x")}\n`.repeat(1_000));
    town.close(issue, { feed: true });
    await cli.record("landed", { convoy });
    const after = residentMemory(cli.pid);
    await cli.stop();
    expect(cli.records("warning").length).toBeGreaterThan(0);
    expect(cli.records("warning").length).toBeLessThan(7);
    if (before !== undefined && after !== undefined) expect(after - before).toBeLessThan(100);
  },
);
