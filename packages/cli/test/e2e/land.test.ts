import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { waitFor } from "@gastown/test-fixtures";
import { expect, onTestFinished, test } from "vitest";
import { landings } from "../support/landings.ts";
import { kill } from "../support/processes.ts";
import { type Scene, scene } from "../support/scene.ts";

type One = Scene & { readonly convoy: string; readonly issue: string; steps(): unknown[] };

function one(made: Scene = scene()): One {
  const issue = made.town.createIssue({ rig: "alpha" });
  const convoy = made.town.createConvoy({ tracks: [issue], description: "Notify: mayor/" });
  return { ...made, issue, convoy, steps: () => landings(made.control).map(({ argv }) => argv.slice(1)) };
}

const REASON = "All tracked issues completed";

test("check first; close when check did nothing; force when close refused and named it", async () => {
  const { town, control, watch, convoy, issue, steps } = one();
  control.set({ gt: { mode: "head", blindRigs: true } });
  const cli = await watch();
  town.close(issue);
  expect(await cli.record("landed", { convoy })).toMatchObject({ by: "force" });
  await cli.stop();
  expect(steps()).toEqual([
    ["check", convoy],
    ["close", convoy, "--reason", REASON],
    ["close", convoy, "--force", "--reason", REASON],
  ]);
  expect(control.mails()).toHaveLength(1);
});

test("steps that proved futile for a kind of convoy are left out for the next of that kind", async () => {
  const { town, control, watch, convoy, issue, steps } = one();
  control.set({ gt: { mode: "head", blindRigs: true } });
  const next = town.createIssue({ rig: "beta" });
  const second = town.createConvoy({ tracks: [next] });
  const cli = await watch();
  town.close(issue);
  await cli.record("landed", { convoy });
  const before = steps().length;
  town.close(next);
  expect(await cli.record("landed", { convoy: second })).toMatchObject({ by: "force" });
  await cli.stop();
  // A refusal of its own comes before each force.
  expect(steps().slice(before)).toEqual([
    ["close", second, "--reason", REASON],
    ["close", second, "--force", "--reason", REASON],
  ]);
});

test.each([
  ["check", [["check"]]],
  ["check,close", [["check"], ["close"]]],
  ["close", [["close"]]],
])("--land %s takes no other step", async (land, taken) => {
  const { town, control, run, convoy, issue, steps } = one();
  control.set({ gt: { mode: "head", blindRigs: true } });
  town.close(issue);
  const { code, stdout } = await run(["check", "--json", "--land", land]);
  expect(code).toBe(1);
  expect(
    steps()
      .slice(0, taken.length)
      .map((argv) => [(argv as string[])[0]]),
  ).toEqual(taken);
  expect(steps().some((argv) => (argv as string[]).includes("--force"))).toBe(false);
  expect(new Set(steps().map((argv) => (argv as string[])[0]))).toEqual(new Set(taken.flat()));
  expect(stdout).toContain(`"event":"stuck","convoy":"${convoy}"`);
  expect(town.status(convoy)).toBe("open");
});

test("beside a live gt daemon a complete convoy is left to it for the grace period, then landed", async () => {
  const made = one();
  const { town, control, watch, convoy, issue } = made;
  const rival = await startDaemon(made);
  const cli = await watch("--grace", "700ms");
  town.close(issue);
  await cli.record("warning", {
    message: `gt daemon (pid ${rival}) lands convoys here, too: each is left to it for 0.7 s first`,
  });
  const complete = await cli.record("complete", { convoy });
  const checking = await cli.record("checking", { convoy });
  await cli.record("landed", { convoy });
  await cli.stop();
  expect(Date.parse(checking.time) - Date.parse(complete.time)).toBeGreaterThanOrEqual(690);
  expect(control.mails()).toHaveLength(1);
});

test("a convoy that the gt daemon closes within the grace period is not touched", async () => {
  const made = one();
  const { town, control, watch, convoy, issue } = made;
  control.set({ gt: { daemonCheckMs: 100 } });
  const rival = await startDaemon(made);
  const cli = await watch("--grace", "1s");
  // It must not be so quick that the convoy is closed before it was seen to be complete.
  kill(rival, "SIGSTOP");
  town.close(issue);
  await cli.record("complete", { convoy });
  kill(rival, "SIGCONT");
  const closed = await cli.record("closed", { convoy });
  await cli.stop();
  expect(closed).toMatchObject({ convoy, by: `gt daemon (pid ${rival})`, open: [] });
  expect(landings(control).filter(({ argv }) => argv[0] === "convoy")).toEqual([]);
  expect(cli.records("landed")).toEqual([]);
  expect(control.mails()).toHaveLength(1);
});

/** A `gt daemon run` in the town, which ends with the test. */
async function startDaemon({ town, bin, env }: Scene): Promise<number> {
  const daemon = spawn(join(bin, "gt"), ["daemon", "run"], { cwd: town.dir, env, stdio: "ignore" });
  const pid = daemon.pid ?? -1;
  const over = new Promise((resolve) => daemon.once("exit", resolve));
  onTestFinished(async () => {
    kill(pid);
    await over;
  });
  await waitFor("its pid file", () => existsSync(join(town.dir, "daemon/daemon.pid")));
  return pid;
}
