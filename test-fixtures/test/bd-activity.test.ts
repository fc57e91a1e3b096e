import { appendFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { activityLine, copyRecordedTown, installStandIns, recordedTown, tempDir, until } from "../src/index.ts";
import { follow, following, itRecorded, run, start, townWithTools } from "./helpers/run.ts";

const quick = { intervalMs: 20 };

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

itRecorded("replays the recorded stream byte for byte", async () => {
  using dir = tempDir();
  const town = copyRecordedTown(dir.path, { feed: true });
  const { bd } = installStandIns(join(dir.path, "bin"));
  const recorded = readFileSync(join(recordedTown() ?? "", "activity.ndjson"), "utf8");
  await using running = start(bd, follow, town);
  await until(() => running.stdout().length >= Buffer.byteLength(recorded));
  expect(running.stdout().toString()).toBe(recorded);
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
