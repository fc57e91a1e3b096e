import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { copyRecordedTown, installStandIns, openTown, tempDir } from "../src/index.ts";
import { itRecorded, run, townWithTools } from "./helpers/run.ts";

const check = ["convoy", "check"];
const none = "No convoys ready to close.\n";

itRecorded("closes in the recorded town what the real gt closed", async () => {
  using dir = tempDir();
  const root = copyRecordedTown(dir.path);
  const town = openTown(root);
  const { gt, control } = installStandIns(join(dir.path, "bin"));
  const { stdout, code } = await run(gt, check, root);
  const closed = ["g3goy", "g4y2s", "m62mo", "45lfu", "3ebwm"];
  const open = ["5kpzs", "mi7oy", "fmhhy", "toa5y", "ex5js"];
  expect(code).toBe(0);
  expect(stdout.split("\n")[0]).toBe("✓ Auto-closed 5 convoy(s):");
  for (const id of closed) expect(stdout).toContain(`  🚚 hq-cv-${id}: `);
  expect(closed.map((id) => town.status(`hq-cv-${id}`))).toEqual(closed.map(() => "closed"));
  expect(open.map((id) => town.status(`hq-cv-${id}`))).toEqual(open.map(() => "open"));
  expect(town.events("hq-cv-f2m6k").map(({ event_type }) => event_type)).not.toContain("updated");
  expect(control.mails()).toMatchObject([
    { to: "mayor/", convoy: "hq-cv-3ebwm", subject: "🚚 Convoy landed: Notify me" },
  ]);
  expect(await run(gt, check, root)).toMatchObject({ stdout: none, code: 0 });
});

describe("as of 2026-01-12", () => {
  it("checks every open convoy, whatever it is asked for", async () => {
    using tools = townWithTools();
    const { town, gt } = tools;
    const [done, open, gone] = ["al-1", "al-2", "al-3"] as const;
    for (const id of [done, open, gone]) town.createIssue({ id });
    town.close(done);
    town.tombstone(gone);
    const complete = town.createConvoy({ tracks: [done], title: "Complete" });
    const waiting = town.createConvoy({ tracks: [done, open] });
    const others = [
      waiting,
      town.createConvoy({ tracks: [done, gone] }),
      town.createConvoy({ rawTracks: ["external:ghost:gh-1"] }),
      town.createConvoy({}),
      town.createConvoy({ tracks: [done], status: "staged_ready" }),
    ];
    const ended = await run(gt, [...check, waiting], town.dir);
    expect(ended).toEqual({
      stdout: `✓ Auto-closed 1 convoy(s):\n  🚚 ${complete}: Complete\n`,
      stderr: "",
      code: 0,
      signal: null,
    });
    expect(town.status(complete)).toBe("closed");
    expect(others.map((id) => town.status(id))).toEqual(["open", "open", "open", "open", "staged_ready"]);
    expect(town.events(complete).at(-1)).toMatchObject({
      event_type: "closed",
      comment: "All tracked issues completed",
    });
  });

  it("sees the newest 50 only", async () => {
    using tools = townWithTools();
    const { town, gt } = tools;
    town.close(town.createIssue({ id: "al-1" }));
    const convoys = Array.from({ length: 52 }, () => town.createConvoy({ tracks: ["al-1"] }));
    await run(gt, check, town.dir);
    expect(convoys.filter((id) => town.status(id) === "open")).toEqual(convoys.slice(0, 2));
  });

  it("closes what it is told to, once, and mails", async () => {
    using tools = townWithTools();
    const { town, gt, control } = tools;
    const convoy = town.createConvoy({ tracks: [town.createIssue()], title: "T", description: "x\nNotify: mayor/\n" });
    const close = ["convoy", "close", convoy, "--reason", "because"];
    expect(await run(gt, close, town.dir)).toMatchObject({ stdout: `✓ Closed convoy 🚚 ${convoy}: T\n`, code: 0 });
    expect(town.events(convoy).at(-1)).toMatchObject({ comment: "because" });
    expect(await run(gt, close, town.dir)).toMatchObject({ stdout: `○ Convoy ${convoy} is already closed\n`, code: 0 });
    expect(control.mails()).toHaveLength(1);
    expect(await run(gt, ["convoy", "close", "hq-none"], town.dir)).toMatchObject({
      code: 1,
      stderr: "Error: convoy 'hq-none' not found\n",
    });
  });

  it.each(["0.46", "0.49.6", "minimal"] as const)("works on schema %s", async (schema) => {
    using tools = townWithTools({ schema, rigs: { alpha: { prefix: "al" } } });
    const { town, gt } = tools;
    town.close(town.createIssue({ id: "al-1" }));
    const convoy = town.createConvoy({ tracks: ["al-1"] });
    await run(gt, check, town.dir);
    expect(town.status(convoy)).toBe("closed");
  });

  it("needs a town", async () => {
    using tools = townWithTools();
    expect(await run(tools.gt, check, tools.bin)).toMatchObject({
      code: 1,
      stderr: "Error: not in a Gas Town workspace\n",
    });
  });
});

describe("as of 2026-04-30", () => {
  it("checks the convoy it is asked for", async () => {
    using tools = townWithTools();
    const { town, gt, control } = tools;
    control.set({ gt: { mode: "head" } });
    town.close(town.createIssue({ id: "al-1" }));
    town.createIssue({ id: "al-2" });
    const [one, two, waiting, empty] = ["hq-cv-1", "hq-cv-2", "hq-cv-3", "hq-cv-4"] as const;
    for (const id of [one, two]) town.createConvoy({ id, tracks: ["al-1"], title: "T" });
    town.createConvoy({ id: waiting, tracks: ["al-1", "al-2"] });
    town.createConvoy({ id: empty });
    const said = async (...args: string[]): Promise<string> => {
      const { stdout, stderr, code } = await run(gt, [...check, ...args], town.dir);
      return `${code} ${stdout}${stderr}`;
    };
    expect(await said(one, "--dry-run")).toBe(`0 ⚠ Would auto-close convoy 🚚 ${one}: T\n`);
    expect(await said(one)).toBe(`0 ✓ Auto-closed convoy 🚚 ${one}: T\n`);
    expect(await said(one)).toBe(`0 ○ Convoy ${one} is already closed\n`);
    expect(await said(waiting)).toBe(`0 ○ Convoy ${waiting} has 1 open issue(s) remaining\n`);
    expect(await said(empty)).toBe("0 ");
    expect(await said("al-1")).toBe("1 Error: 'al-1' is not a convoy (type: task)\n");
    expect(await said("hq-none")).toBe("1 Error: convoy 'hq-none' not found\n");
    expect(town.status(two)).toBe("open");
    expect(await said()).toContain(`✓ Auto-closed 1 convoy(s):\n  🚚 ${two}: T\n`);
    expect(await said()).toContain(none);
  });

  it("refuses to close over open issues, unless forced, and is blind to rigs when told so", async () => {
    using tools = townWithTools();
    const { town, gt, control } = tools;
    control.set({ gt: { mode: "head", blindRigs: true } });
    town.close(town.createIssue({ id: "al-1" }));
    const convoy = town.createConvoy({ tracks: ["al-1"], description: "Notify: mayor/\nOwner: mayor/" });
    const close = ["convoy", "close", convoy, "--reason", "x"];
    expect(await run(gt, [...check, convoy], town.dir)).toMatchObject({
      stdout: `○ Convoy ${convoy} has 1 open issue(s) remaining\n`,
    });
    expect(await run(gt, close, town.dir)).toMatchObject({
      code: 1,
      stderr: "Error: convoy has 1 open issue(s)\n  Use --force to close anyway.\n",
    });
    expect(town.status(convoy)).toBe("open");
    expect(await run(gt, [...close, "--force"], town.dir)).toMatchObject({ code: 0 });
    expect(town.status(convoy)).toBe("closed");
    expect(control.mails()).toHaveLength(1);
  });
});
