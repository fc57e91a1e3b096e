import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { landings } from "../support/landings.ts";
import { scene, type Scene } from "../support/scene.ts";
import { inTerminal, noTmux } from "../support/tmux.ts";
import { everyState } from "../support/towns.ts";

const quoted = (words: readonly string[]): string => words.map((word) => `"${word}"`).join(" ");

interface Status {
  readonly watchingSince?: string;
  readonly stoppedAt?: string;
}

function statusOf({ town }: Scene): Status | undefined {
  const file = join(town.dir, ".runtime/convoy-watcher/status.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as Status) : undefined;
}

/** A convoy whose only issue is closed, and a gt that takes its time. */
function slowLanding(): Scene {
  const made = scene();
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-slow", tracks: ["al-1"] });
  made.control.set({ gt: { delayMs: 800 } });
  return made;
}

test.skipIf(noTmux !== undefined)(
  `a terminal that is gone stops watch as SIGHUP does: what is under way is finished, and nothing is left${noTmux === undefined ? "" : ` (left out: ${noTmux})`}`,
  async () => {
    const made = slowLanding();
    inTerminal(made, ["watch", "--on-land", "touch landed"]);
    await waitFor("the watcher", () => statusOf(made)?.watchingSince !== undefined);
    made.town.close("al-1");
    await waitFor("a running gt", () => landings(made.control).length > 0);
    spawnSync("tmux", ["-S", join(made.root, "tmux"), "kill-server"]);
    await waitFor(
      "the end",
      () => statusOf(made)?.stoppedAt !== undefined,
      () => statusOf(made),
    );
    expect(made.town.status("hq-cv-slow")).toBe("closed");
    expect(existsSync(join(made.town.dir, "landed"))).toBe(true);
    await waitFor("no pid", () => !existsSync(join(made.town.dir, ".runtime/convoy-watcher/watcher.pid")));
    expect(made.leftovers()).toEqual([]);
  },
);

test("a full disk ends no watch: it goes on, says so once, and stops in order", async () => {
  const made = slowLanding();
  const cli = made.start([], {
    command: ["/bin/sh", "-c", `exec ${quoted(made.command)} watch --json >/dev/full`],
    cwd: made.town.dir,
  });
  await waitFor(
    "the watcher",
    () => statusOf(made)?.watchingSince !== undefined,
    () => cli.stderr(),
  );
  made.town.close("al-1");
  await waitFor("the landing", () => made.town.status("hq-cv-slow") === "closed");
  const { code, stderr } = await cli.stop();
  expect(code).toBe(0);
  expect(stderr).toBe(
    [
      "Warning: stdout cannot be written: ENOSPC: no space left on device, write",
      "Hint: the work goes on, and is not printed until there is room where it goes",
      "stopping (again to force)",
      "",
    ].join("\n"),
  );
  expect(statusOf(made)?.stoppedAt).toBeDefined();
  expect(made.leftovers()).toEqual([]);
});

test.each(["list", "--version", "doctor", "lst"])("%s on a full disk is a fault in two lines", async (command) => {
  const made = everyState();
  const line = `${quoted(made.command)} ${command} >/dev/full`;
  const { code, stderr } = await made.start([], { command: ["/bin/sh", "-c", line], cwd: made.town.dir }).ended;
  if (command === "lst") return expect({ code, lines: stderr.split("\n").length }).toEqual({ code: 2, lines: 3 });
  expect({ code, stderr }).toEqual({
    code: 1,
    stderr:
      "Error: stdout cannot be written: ENOSPC: no space left on device, write\nHint: make room where it goes, or send it elsewhere\n",
  });
});

test.skipIf(!existsSync("/proc/self/fd"))("watch that has nothing to print ends when its reader does", async () => {
  const made = scene();
  const line = `${quoted(made.command)} watch --quiet | sleep 2; echo over`;
  const { stdout, stderr } = await made.start([], { command: ["/bin/bash", "-c", line], cwd: made.town.dir }).ended;
  expect({ stdout, stderr }).toEqual({ stdout: "over\n", stderr: "" });
  expect(statusOf(made)).toMatchObject({ stoppedAt: expect.any(String), watchingSince: expect.any(String) });
  expect(made.leftovers()).toEqual([]);
});

test("under nohup SIGHUP is ignored, and SIGTERM is not", async () => {
  const made = scene();
  const line = `nohup ${quoted(made.command)} watch --json & echo $! >pid; wait $!`;
  const cli = made.start([], { command: ["/bin/bash", "-c", line], cwd: made.town.dir });
  await cli.record("watching");
  const pid = Number(readFileSync(join(made.town.dir, "pid"), "utf8"));
  process.kill(pid, "SIGHUP");
  made.town.createIssue({ id: "al-1" });
  made.town.createConvoy({ id: "hq-cv-after", tracks: ["al-1"] });
  made.town.close("al-1");
  await cli.record("landed", { convoy: "hq-cv-after" });
  process.kill(pid, "SIGTERM");
  const { code } = await cli.ended;
  expect(code).toBe(0);
  expect(cli.records("stopped")).toMatchObject([{ reason: "SIGTERM" }]);
});
