import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, it } from "vitest";
import type { ConvoyDetail, ConvoyView } from "../../src/views/convoy.ts";
import type { WatcherView } from "../../src/views/watcher.ts";
import { look, lookJson } from "../support/look.ts";
import { onDeno } from "../support/own-command.ts";
import { kill } from "../support/processes.ts";
import { scene } from "../support/scene.ts";
import { everyState, ID } from "../support/towns.ts";

interface Status {
  readonly town: string;
  readonly watcher: WatcherView | null;
  readonly rival: string | null;
  readonly convoys: readonly ConvoyView[];
  readonly convoy: ConvoyDetail;
}

it("says how an unwatched town stands", async () => {
  const stage = everyState();
  const [town, ...lines] = await look(stage, "status");
  expect(town).toBe(`town     ${stage.town.dir}`);
  expect(lines.slice(0, 3)).toMatchInlineSnapshot(`
    [
      "✗        no watcher is running",
      "Hint:    start one with \`convoy-cli watch\`, or \`gastown plugins enable convoy-watcher\`",
      "convoys  7 open convoys: 1 complete, 2 waiting, 1 cannot be judged, 1 owned, 1 staged, 1 empty",
    ]
  `);
  expect(await lookJson<Status>(stage, "status")).toMatchObject({ watcher: null, rival: null });
});

it("says what a running watcher listens to, heard, swept and landed", async () => {
  const stage = everyState();
  const watcher = await stage.watch("--source", "db");
  stage.town.close("al-9uj");
  await watcher.record("landed", { convoy: ID.half });
  const status = await waitFor("status of the landing", async () => {
    const now = await lookJson<Status>(stage, "status");
    return now.watcher?.landed === 2 ? now : undefined;
  });
  expect(status.watcher).toMatchObject({
    pid: watcher.pid,
    sources: [{ name: "db", state: "up" }],
    lastClose: { source: "db" },
    lastLanded: { convoy: expect.stringMatching(/half2|compl/) },
  });
  const text = (await look(stage, "status")).join("\n");
  expect(text).toMatch(new RegExp(`watcher  running for \\d+ \\S+ \\(pid ${watcher.pid}\\)`));
  expect(text).toMatch(/source {3}db up/);
  expect(text).toMatch(/close {4}\S+ \((db|bd)\), \d+ s ago/);
  expect(text).toMatch(/landed {3}2, last hq-cv-(half2|compl) \d+ s ago/);
  await watcher.stop();
  expect((await lookJson<Status>(stage, "status")).watcher).toBeNull();
});

it("takes a watcher that was killed for none", async () => {
  const stage = everyState();
  const watcher = await stage.watch("--source", "db");
  kill(watcher.pid);
  await watcher.ended;
  expect((await lookJson<Status>(stage, "status")).watcher).toBeNull();
});

it("does not take another process for a watcher that left its pid behind", async () => {
  const stage = everyState();
  const dir = join(stage.town.dir, ".runtime/convoy-watcher");
  const watcher = await stage.watch("--source", "db");
  kill(watcher.pid);
  await watcher.ended;
  writeFileSync(join(dir, "watcher.pid"), JSON.stringify({ pid: process.pid, since: new Date().toISOString() }));
  const status = await lookJson<Status>(stage, "status");
  // With the least that it needs on Deno, it may not read the list of locks.
  if (process.platform === "linux" && !onDeno) expect(status.watcher).toBeNull();
  else expect(status.watcher).toMatchObject({ pid: process.pid, sources: [] });
});

it.each(["", "{", "[]", '{"pid":"1"}', '{"pid":1}'])("is not put off by a status file that reads %j", async (text) => {
  const stage = everyState();
  const watcher = await stage.watch("--source", "db");
  kill(watcher.pid, "SIGSTOP");
  writeFileSync(join(stage.town.dir, ".runtime/convoy-watcher/status.json"), text);
  expect((await lookJson<Status>(stage, "status")).watcher).toMatchObject({ pid: watcher.pid, sources: [], landed: 0 });
});

it("shows one convoy in depth", async () => {
  const lines = await look(everyState(), "status", ID.three);
  expect(lines.map((line) => line.replace(/\d+ s/, "N s"))).toMatchInlineSnapshot(`
    [
      "hq-cv-three",
      "Three things",
      "█████░░░░░░░░░░░░░░░  1 of 4 closed, created N s ago",
      "waits on al-9uj (alpha, N s) and 2 more",
      "",
      "· al-9uj  Fix the login",
      "    alpha, open, held by alpha/polecats/nux for N s",
      "✓ al-done  Done",
      "    alpha, closed N s ago",
      "· be-work  Style it",
      "    beta, in progress, nobody has it, unchanged for N s",
      "· hq-task  Tell the mayor",
      "    town, open, nobody has it, unchanged for N s",
    ]
  `);
});

it("shows one convoy in depth to programs, too", async () => {
  const { convoy } = await lookJson<Status>(everyState(), "status", ID.lost);
  expect(convoy).toMatchObject({
    verdict: "waiting",
    unknown: 1,
    tracked: [{ issue: "gh-zzz", state: "unknown", rig: null }],
  });
});

it("names a gt daemon that lands convoys here, too", async () => {
  const stage = scene();
  const { spawn } = await import("node:child_process");
  const daemon = spawn(join(stage.bin, "gt"), ["daemon", "run"], {
    cwd: stage.town.dir,
    env: stage.env,
    stdio: "ignore",
  });
  const rival = await waitFor("the rival", async () => (await lookJson<Status>(stage, "status")).rival);
  expect(rival).toBe(`gt daemon (pid ${daemon.pid})`);
  daemon.kill("SIGTERM");
});

it("refuses a convoy that is not there, or is none", async () => {
  const stage = everyState();
  for (const id of ["hq-cv-nope"]) {
    expect(await stage.run(["status", id])).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `Error: the town has no convoy ${id}\nHint: \`convoy-cli list --all\` shows those it has; \`convoy-cli why ID\` takes issues, too\n`,
    });
  }
});

it("says the least with --short, for a prompt", async () => {
  const stage = everyState();
  expect(await look(stage, "status", "--short")).toEqual(["7 open, 1 complete, not watched"]);
});
