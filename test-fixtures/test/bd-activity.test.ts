import { appendFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { activityLine } from "../src/index.ts";
import { alive, run, start, until } from "./helpers/run.ts";
import type { Running } from "./helpers/run.ts";
import { townWithTools } from "./helpers/town-with-tools.ts";
import type { TownWithTools } from "./helpers/town-with-tools.ts";

const follow = ["activity", "--follow", "--town", "--json"];
const quick = { intervalMs: 20 };

const following = async (tools: TownWithTools, heard: number): Promise<Running> => {
  const running = start(tools.bd, follow, tools.town.dir);
  await until(() => running.lines().length >= heard && tools.control.calls("bd").length > 0);
  return running;
};

const feedOf = (count: number): string[] =>
  Array.from({ length: count }, (_, index) =>
    activityLine({ type: "create", id: `al-${index}`, time: BigInt(Date.now() - 10_000 + index) * 1_000_000n }),
  );

describe("follow", () => {
  it("prints a close exactly as the daemon tells it", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: quick });
    const id = tools.town.createIssue({ rig: "alpha", title: "Fix <login> & co", assignee: "alpha/nux" });
    tools.town.close(tools.town.createIssue({ rig: "beta" }), { feed: true });
    await using running = await following(tools, 1);
    await run(tools.bd, ["close", id], join(tools.town.dir, "alpha"));
    await until(() => running.lines().length === 2);
    const line = running.lines()[1] ?? "";
    const stamp = /^\{"timestamp":"([^"]+)"/.exec(line)?.[1];
    expect(line).toBe(
      `{"timestamp":"${stamp}","type":"status","issue_id":"${id}","symbol":"✓",` +
        `"message":"${id} completed · Fix \\u003clogin\\u003e \\u0026 co @alpha/nux","old_status":"open","new_status":"closed"}`,
    );
    expect(Math.abs(Date.parse(stamp ?? "") - Date.now())).toBeLessThan(10_000);
  });

  it("replays the last 100 lines of each daemon, in the order of time", async () => {
    using tools = townWithTools();
    const lines = feedOf(250);
    writeFileSync(join(tools.town.beadsDir("alpha"), "activity.ndjson"), lines.slice(0, 130).join(""));
    writeFileSync(join(tools.town.beadsDir("beta"), "activity.ndjson"), lines.slice(130).toReversed().join(""));
    await using running = await following(tools, 200);
    await sleep(50);
    const expected = [...lines.slice(30, 130), ...lines.slice(130, 230)];
    expect(running.stdout().toString()).toBe(expected.join(""));
  });

  it("prints twice what two routes lead to", async () => {
    const routes = '{"prefix":"hq-","path":"."}\n{"prefix":"hq-cv-","path":"."}\n# a comment\n';
    using tools = townWithTools({ routes });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 2);
    expect(new Set(running.lines()).size).toBe(1);
  });

  it("hears nothing of a rig behind a redirect, or added later", async () => {
    using tools = townWithTools({ rigs: { gamma: { prefix: "ga", redirect: true } } });
    tools.control.set({ bd: quick });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    tools.town.addRig("delta", { prefix: "de" });
    tools.town.close(tools.town.createIssue({ rig: "gamma" }), { feed: true });
    tools.town.close(tools.town.createIssue({ rig: "delta" }), { feed: true });
    await sleep(200);
    expect(running.lines()).toHaveLength(1);
  });

  it("never prints half a line", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: quick });
    const [line = ""] = feedOf(1);
    const feed = join(tools.town.beadsDir("alpha"), "activity.ndjson");
    appendFileSync(feed, line + line.slice(0, 40));
    await using running = await following(tools, 1);
    await sleep(100);
    expect(running.stdout().toString()).toBe(line);
    appendFileSync(feed, line.slice(40));
    await until(() => running.lines().length === 2);
    expect(running.stdout().toString()).toBe(line + line);
  });

  it("loses what the real one loses when it is to be lossy", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { intervalMs: 300, lossy: true } });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    const later = Array.from({ length: 150 }, (_, index) =>
      activityLine({ type: "create", id: `al-${index}`, time: BigInt(Date.now() + index) * 1_000_000n }),
    );
    appendFileSync(join(tools.town.beadsDir("alpha"), "activity.ndjson"), later.join(""));
    await until(() => running.lines().length > 1);
    await sleep(700);
    expect(running.lines()).toHaveLength(101);
  });

  it("prints one array without --follow", async () => {
    using tools = townWithTools();
    tools.town.close(tools.town.createIssue({ id: "al-1" }), { feed: true });
    const { stdout, code } = await run(tools.bd, ["activity", "--town", "--json"], tools.town.dir);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject([{ issue_id: "al-1", new_status: "closed" }]);
  });
});

describe("daemons", () => {
  it("is deaf to a rig whose daemon was restarted: no line, no stderr, no exit", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: quick });
    tools.town.close(tools.town.createIssue({ id: "be-0" }), { feed: true });
    await using old = await following(tools, 1);
    tools.control.restartDaemon("alpha");
    tools.town.close(tools.town.createIssue({ id: "al-1" }), { feed: true });
    tools.town.close(tools.town.createIssue({ id: "be-1" }), { feed: true });
    await until(() => old.lines().length === 2);
    await using fresh = start(tools.bd, follow, tools.town.dir);
    await until(() => fresh.lines().length === 3);
    expect(old.lines().join()).not.toContain("al-1");
    expect(old.child.exitCode).toBeNull();
  });

  it("stays deaf to a rig that was mute while it ran", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { ...quick, mute: ["alpha"] } });
    tools.town.close(tools.town.createIssue({ id: "be-0" }), { feed: true });
    await using running = await following(tools, 1);
    tools.control.set({ bd: quick });
    tools.town.close(tools.town.createIssue({ id: "al-1" }), { feed: true });
    tools.town.close(tools.town.createIssue({ id: "be-1" }), { feed: true });
    await until(() => running.lines().length === 2);
    await sleep(100);
    expect(running.lines().join()).not.toContain("al-1");
  });
});

describe("ends", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("exits 0 on %s, without a word", async (signal) => {
    using tools = townWithTools();
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    running.child.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(tools.control.calls("bd")[0]).toMatchObject({ argv: follow, exitCode: 0, cwd: tools.town.dir });
  });

  it("outlives SIGTERM when told so", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { ignoreSigterm: true } });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    running.child.kill("SIGTERM");
    await sleep(200);
    expect(running.child.exitCode).toBeNull();
    running.child.kill("SIGKILL");
    expect(await running.ended).toMatchObject({ signal: "SIGKILL" });
  });

  it("leaves a grandchild that holds its stdout", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { grandchild: true, exit: { ms: 50 } } });
    await using running = start(tools.bd, follow, tools.town.dir);
    await until(() => running.child.exitCode === 0);
    const [pid = 0] = tools.control.calls("bd")[0]?.children ?? [];
    expect(alive(pid)).toBe(true);
    expect(await Promise.race([running.ended, sleep(100, "still open")])).toBe("still open");
    process.kill(pid, "SIGKILL");
    await running.ended;
  });

  it("ends each start as the script says, the last one again and again", async () => {
    using tools = townWithTools();
    await run(tools.bd, ["version"], tools.town.dir);
    tools.control.set({
      bd: { runs: [{ ms: 0, exitCode: 1, stderr: "Error: x" }, { ms: 20 }, { ms: 0, signal: "SIGKILL" }] },
    });
    const ends = [];
    for (let nth = 0; nth < 4; nth += 1) ends.push(await run(tools.bd, follow, tools.town.dir));
    expect(ends).toMatchObject([
      { code: 1, stderr: "Error: x\n" },
      { code: 0, stderr: "" },
      { signal: "SIGKILL" },
      { signal: "SIGKILL" },
    ]);
  });

  it.each([
    ["unknown", 'Error: unknown command "activity" for "bd"\nRun \'bd --help\' for usage.\n'],
    ["no-daemons", "Error: no rig daemons running\nHint: Start daemons with 'bd daemons start' in each rig\n"],
  ] as const)("%s: says so and exits 1", async (activity, stderr) => {
    using tools = townWithTools();
    tools.control.set({ bd: { activity } });
    expect(await run(tools.bd, follow, tools.town.dir)).toEqual({ stdout: "", stderr, code: 1, signal: null });
  });

  it("wants routes", async () => {
    using tools = townWithTools({ routes: "\n# nothing\nbroken\n" });
    const inTown = await run(tools.bd, follow, tools.town.dir);
    expect(inTown).toMatchObject({ code: 1, stderr: "Error: no routes found in routes.jsonl\n" });
    const outside = await run(tools.bd, follow, tools.bin);
    expect(outside.stderr).toMatch(/^Error: not in an orchestrator environment/);
  });

  it("stays silent for ever when told so", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { activity: "silent" } });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 0);
    await sleep(200);
    expect(running.lines()).toEqual([]);
    running.child.kill("SIGTERM");
    expect(await running.ended).toMatchObject({ code: 0, stderr: "" });
  });
});

describe("raw", () => {
  it("plays bytes as they are", async () => {
    using tools = townWithTools();
    const bytes = Buffer.concat([
      Buffer.from([0xff, 0xfe, 0x0a]),
      Buffer.alloc(5_000_000, "x"),
      Buffer.from("\n{half"),
    ]);
    const file = join(tools.bin, "raw");
    writeFileSync(file, bytes);
    tools.control.set({ bd: { activity: "raw", raw: { file, chunkBytes: 700_001, delayMs: 1, then: "exit" } } });
    await using running = start(tools.bd, follow, tools.town.dir);
    expect(await running.ended).toMatchObject({ code: 0 });
    expect(running.stdout().equals(bytes)).toBe(true);
  });

  it("stays open after them", async () => {
    using tools = townWithTools();
    mkdirSync(join(tools.bin, "x"));
    const file = join(tools.bin, "x/raw");
    writeFileSync(file, "one\ntwo");
    tools.control.set({ bd: { activity: "raw", raw: { file, chunkBytes: 1 } } });
    await using running = start(tools.bd, follow, tools.town.dir);
    await until(() => running.stdout().length === 7);
    await sleep(50);
    expect(running.child.exitCode).toBeNull();
  });
});
