import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { follow, following } from "./helpers/following.ts";
import { alive, run, start, until } from "./helpers/run.ts";
import { townWithTools } from "./helpers/town-with-tools.ts";

describe("ends", () => {
  it.each(["SIGTERM", "SIGINT"] as const)("exits 0 on %s, without a word", async (signal) => {
    using tools = townWithTools();
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    running.kill(signal);
    expect(await running.ended).toMatchObject({ code: 0, signal: null, stderr: "" });
    expect(tools.control.calls("bd")[0]).toMatchObject({ argv: follow, exitCode: 0, cwd: tools.town.dir });
  });

  it("outlives SIGTERM when told so", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { ignoreSigterm: true } });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 1);
    running.kill("SIGTERM");
    await sleep(200);
    expect(running.child.exitCode).toBeNull();
    running.kill("SIGKILL");
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

  it("goes when its directory goes", async () => {
    const tools = townWithTools();
    await using running = start(tools.bd, follow, tools.town.dir);
    await until(() => tools.control.calls("bd").length === 1);
    tools[Symbol.dispose]();
    expect(await running.ended).toMatchObject({ code: 1 });
  });

  it("stays silent for ever when told so", async () => {
    using tools = townWithTools();
    tools.control.set({ bd: { activity: "silent" } });
    tools.town.close(tools.town.createIssue(), { feed: true });
    await using running = await following(tools, 0);
    await sleep(200);
    expect(running.lines()).toEqual([]);
    running.kill("SIGTERM");
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
    tools.control.set({ bd: { activity: "raw", raw: { file, chunkBytes: 700_001, delayMs: 1, end: true } } });
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
