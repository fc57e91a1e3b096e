import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { faults } from "../support/doctor.ts";
import { look, lookJson } from "../support/look.ts";
import { scene, type Scene } from "../support/scene.ts";
import { expectShape } from "../support/schemas.ts";

const WHY = "al-9wn is closed; its merge request al-mr1 (polecat/nux/al-9wn → main) is not merged";

/** A convoy whose one issue is closed, as gt done of January 2026 leaves it: its merge request is open. */
function unmerged(description = "branch: polecat/nux/al-9wn\ntarget: main\nsource_issue: al-9wn"): Scene {
  const made = scene();
  const { town } = made;
  town.createIssue({ id: "al-9wn" });
  town.createConvoy({ id: "hq-cv-ship", title: "Ship it", tracks: ["al-9wn"] });
  town.createIssue({ id: "al-mr1", type: "merge-request", description });
  town.close("al-9wn");
  return made;
}

function settings({ town }: Scene, content: object): void {
  mkdirSync(join(town.dir, "settings"), { recursive: true });
  writeFileSync(join(town.dir, "settings", "convoy-watcher.json"), JSON.stringify(content));
}

test("a convoy waits for the merge, everything says so in the same words, and the merge lands it", async () => {
  const made = unmerged();
  const watcher = await made.watch("--gate", "merge");
  const waiting = await watcher.record("waiting", { convoy: "hq-cv-ship" });
  expect(waiting).toMatchObject({ done: 0, open: 0, unknown: 0, unmerged: 1, total: 1 });
  expect(waiting["blockers"]).toEqual([
    {
      issue: "al-9wn",
      state: "unmerged",
      why: WHY,
      request: "al-mr1",
      branch: "polecat/nux/al-9wn",
      target: "main",
    },
  ]);
  expect(await look(made, "list")).toEqual([
    expect.stringMatching(/\t0\t1\tShip it\tnot merged: al-9wn is closed; .* is not merged$/),
  ]);
  const steady = (lines: readonly string[]): string[] => lines.map((line) => line.replaceAll(/\d+ (?:s|min)/g, "N s"));
  expect(steady(await look(made, "why", "hq-cv-ship"))).toEqual([
    `hq-cv-ship waits on 1 of 1: ${WHY}, unchanged for N s`,
  ]);
  expect((await look(made, "why", "al-9wn"))[0]).toBe("al-9wn holds up 1 convoy");
  expect((await look(made, "why", "al-mr1"))[0]).toBe("al-mr1 holds up 1 convoy");
  expect((await look(made, "status")).join("\n")).toContain("1 open convoy: 1 not merged");
  expect((await look(made, "status", "hq-cv-ship")).join("\n")).toContain(WHY);
  expect(await faults(made)).toContain(`convoys/hq-cv-ship note: waits on 1 of 1: ${WHY}`);
  const { convoys } = await lookJson<{ convoys: { unmerged: number; blockers: object[] }[] }>(made, "list");
  expect(convoys).toMatchObject([{ unmerged: 1, blockers: [{ unmerged: { why: WHY, request: "al-mr1" } }] }]);

  made.town.close("al-mr1", { reason: "merged" });
  await watcher.record("landed", { convoy: "hq-cv-ship" });
  for (const record of watcher.records()) expectShape("watch-record", record);
  expect(watcher.records("close").map(({ issue, convoys: tracking }) => [issue, tracking])).toContainEqual([
    "al-mr1",
    ["hq-cv-ship"],
  ]);
});

test("without a watcher the settings say it, and a flag wins over them", async () => {
  const made = unmerged();
  expect((await made.run(["check", "--dry-run"])).code).toBe(3);
  settings(made, { gate: "merge", mergeStale: "100ms" });
  expect((await made.run(["check", "--dry-run"])).code).toBe(0);
  expect((await look(made, "why", "hq-cv-ship"))[0]).toContain(WHY);
  expect((await look(made, "why", "hq-cv-ship", "--gate", "off"))[0]).toContain("is complete");
  expect(await faults(made)).toContain(
    `convoys/hq-cv-ship wrong: waits on 1 of 1: ${WHY}, and that has not changed for long`,
  );
});

test("a hold that is stale runs the hook for what is stuck", async () => {
  const made = unmerged();
  const told = await made.run(["check", "--gate", "merge", "--merge-stale", "100ms"]);
  expect(told.stdout).toContain(`hq-cv-ship "Ship it" waits on 1 of 1: ${WHY}`);
  expect(told.stdout).toContain(`✗ hq-cv-ship "Ship it" is stuck:\n    ${WHY}`);
  expect(made.town.status("hq-cv-ship")).toBe("open");
});

test("what passes with words is said of a complete convoy", async () => {
  const made = unmerged("source_issue: al-other");
  expect(await look(made, "why", "hq-cv-ship", "--gate", "merge")).toContain(
    "  al-9wn: merge state unknown: no merge request known",
  );
  expect((await look(made, "status", "hq-cv-ship", "--gate", "merge")).join("\n")).toContain("merge state unknown");
});

test("beside a live gt daemon it says that the gate is only advice", async () => {
  const made = unmerged();
  const daemon = spawn(join(made.bin, "gt"), ["daemon", "run"], { cwd: made.town.dir, env: made.env, stdio: "ignore" });
  onTestFinished(() => void daemon.kill("SIGTERM"));
  await expect.poll(async () => (await made.run(["status"])).stdout, { timeout: 20_000 }).toContain("rival ");
  const watcher = await made.watch("--gate", "merge");
  const { message } = await watcher.record("warning");
  expect(message).toMatch(/^gt daemon \(pid \d+\) closes convoys by itself, merged or not: the gate is only advice/);
  expect(await faults(made)).toContainEqual(expect.stringMatching(/^watcher\/gate note: gt daemon \(pid \d+\) closes/));
});

test("what agents wrote into a merge request reaches no terminal as it is", async () => {
  const made = unmerged("branch: \u001b[31mred\u001b[0m\ntarget: main\u0007\nsource_issue: al-9wn");
  const { stdout } = await made.run(["why", "hq-cv-ship", "--gate", "merge"]);
  expect(stdout).toContain("al-mr1");
  expect(stdout).not.toContain("\u001b");
  expect(stdout).not.toContain("\u0007");
});
