import { appendFileSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, it } from "vitest";
import { UNSAFE } from "../support/hostile.ts";
import { scene } from "../support/scene.ts";

const LINES = [
  {
    kind: "intent",
    id: "x",
    convoy: "hq-cv-1",
    step: "check",
    command: "gt convoy check hq-cv-1",
    gt: "1",
    watcher: 1,
  },
  {
    kind: "landed",
    convoy: "hq-cv-1",
    title: "Login",
    ms: 90,
    by: "check",
    closedAfter: 1_234,
    toldMs: 3_090,
    told: "told",
  },
  {
    kind: "landed",
    convoy: "hq-cv-2",
    title: "\u001B[31mred",
    ms: 90,
    by: "close",
    told: "tried, not told",
    untold: ["mayor/\n"],
  },
  { kind: "stuck", convoy: "hq-cv-3", title: "", attempts: 3, output: "one\ndatabase is locked\n" },
  { kind: "closed", convoy: "hq-cv-4", title: "By hand", by: "somebody else", done: 1, total: 2, open: ["al-1"] },
];

function noted() {
  const made = scene();
  const dir = join(made.town.dir, ".runtime/convoy-watcher");
  mkdirSync(dir, { recursive: true });
  const add = (line: object, time = new Date()): void =>
    appendFileSync(join(dir, "ledger.jsonl"), `${JSON.stringify({ time: time.toISOString(), ...line })}\n`);
  return { ...made, dir, add };
}

it("tells what landed, when, by which step and who was told; what got stuck; what others closed", async () => {
  const { run, add, dir } = noted();
  for (const line of LINES) add(line);
  appendFileSync(join(dir, "ledger.jsonl"), '{"time":"torn');
  const { code, stdout, stderr } = await run(["log"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).not.toMatch(UNSAFE);
  expect(stdout.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/gm, "TIME").split("\n")).toMatchInlineSnapshot(`
    [
      "TIME ✓ hq-cv-1 "Login" landed by check, 1.2 s after its last issue was closed, gt took 3.0 s to tell people, everybody was told",
      "TIME ! hq-cv-2 "red" landed by close, 90 ms after it was found complete, not told: mayor/ ",
      "TIME ✗ hq-cv-3 is stuck after 3 attempts; gt said: database is locked",
      "TIME · hq-cv-4 "By hand" was closed by somebody else with 1 of 2 tracked issues closed",
      "",
    ]
  `);
});

it("keeps to one convoy, and to a time", async () => {
  const { run, add } = noted();
  add({ ...LINES[1] }, new Date(Date.now() - 48 * 3_600_000));
  add({ ...LINES[3] });
  const convoys = async (...args: string[]): Promise<unknown[]> =>
    (await run(["log", "--json", ...args])).stdout
      .split("\n")
      .slice(0, -1)
      .map((line) => (JSON.parse(line) as { convoy: string }).convoy);
  expect(await convoys()).toEqual(["hq-cv-1", "hq-cv-3"]);
  expect(await convoys("--since", "24h")).toEqual(["hq-cv-3"]);
  expect(await convoys("hq-cv-1")).toEqual(["hq-cv-1"]);
  expect(await run(["log", "hq-cv-nope"])).toMatchObject({
    code: 0,
    stdout: "",
    stderr: expect.stringMatching(/^nothing/),
  });
});

it("follows what is noted, over a file that is put aside, and ends with its reader", async () => {
  const { start, add, dir } = noted();
  add({ ...LINES[1] });
  const cli = start(["log", "--follow", "--json"]);
  await cli.record("landed", { convoy: "hq-cv-1" });
  add({ ...LINES[3] });
  rmSync(join(dir, "ledger.1.jsonl"), { force: true });
  renameSync(join(dir, "ledger.jsonl"), join(dir, "ledger.1.jsonl"));
  add({ ...LINES[4] });
  await cli.record("closed", { convoy: "hq-cv-4" });
  expect(cli.records().map(({ convoy }) => convoy)).toEqual(["hq-cv-1", "hq-cv-3", "hq-cv-4"]);
  cli.child.stdout?.destroy();
  add({ ...LINES[1] });
  await waitFor("the end", () => cli.child.exitCode !== null);
  expect((await cli.ended).code).toBe(0);
});
