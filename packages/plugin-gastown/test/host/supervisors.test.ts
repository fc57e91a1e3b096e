import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { buildTown, waitFor } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { read, running, type Scene, scene } from "../support/scene.ts";

/** A scene with a supervisor that works. */
function supervised(program: "systemctl" | "launchctl"): Scene & { readonly home: string; calls(): string[] } {
  const here = scene();
  const home = join(here.root, "home");
  const stand = fileURLToPath(new URL(`../programs/${program}.mjs`, import.meta.url));
  // Half of the calls have nothing to do: they need no runtime to be started for it.
  const idle = `case "$2" in show-environment | daemon-reload | reset-failed)
  [ -e "$HOME/fail" ] || { echo "${program} $*" >> "$HOME/calls.log"; exit 0; } ;;
esac`;
  here.program(program, `#!/bin/sh\n${idle}\nexec ${running(stand).join(" ")} "$@"\n`);
  const sitters = join(home, "sitters");
  onTestFinished(async () => {
    const pids = existsSync(sitters) ? readdirSync(sitters).map((file) => Number(read(join(sitters, file)))) : [];
    for (const pid of pids) process.kill(pid, "SIGTERM");
    await waitFor("end of the supervisors", () => !existsSync(sitters) || readdirSync(sitters).length === 0);
  });
  return { ...here, home, calls: () => read(join(home, "calls.log")).trim().split("\n") };
}

const filesIn = (dir: string): string[] =>
  existsSync(dir)
    ? readdirSync(dir, { recursive: true, encoding: "utf8" }).filter((file) => /\.(service|plist)$/.test(file))
    : [];

describe.each([
  ["systemd", "systemctl", ".local/share/systemd/user", /^gastown-convoy-watcher-town-[0-9a-f]{8}\.service$/],
  ["launchd", "launchctl", "Library/LaunchAgents", /^com\.gastown\.convoy-watcher\.town-[0-9a-f]{8}\.plist$/],
] as const)("%s", (name, program, place, file) => {
  test("starts it, brings it back when it was killed, and is rid of it", async () => {
    const { plugins, state, home, tree, town } = supervised(program);
    const before = tree();
    const { code, stdout, stderr } = await plugins("enable", "convoy-watcher", "--supervisor", name);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain(`(${name}), running with pid `);
    expect(filesIn(join(home, place))).toEqual([expect.stringMatching(file)]);

    const first = runningHost(state("host.json"))?.pid ?? 0;
    process.kill(first, "SIGKILL");
    const issue = town.createIssue({ rig: "alpha" });
    const convoy = town.createConvoy({ tracks: [issue] });
    const next = await waitFor("another process", () => {
      const host = runningHost(state("host.json"));
      return host?.phase === "running" && host.pid !== first ? host : undefined;
    });
    town.close(issue);
    await waitFor("landing", () => town.status(convoy) === "closed");

    expect((await plugins("enable", "convoy-watcher")).stdout).toContain(
      `was already enabled in ${town.dir} (${name}), running with pid ${next.pid}`,
    );
    expect((await plugins("disable", "convoy-watcher")).code).toBe(0);
    expect(runningHost(state("host.json"))).toBeUndefined();
    expect(filesIn(home)).toEqual([]);
    expect(tree()).toEqual(before);
  });

  test("--print-unit prints what is installed, to the byte, and writes and asks nothing", async () => {
    const { plugins, home, root, town } = supervised(program);
    const everything = (): string[] =>
      readdirSync(root, { recursive: true, encoding: "utf8" })
        .filter((path) => !/-(wal|shm)$/.test(path))
        .toSorted();
    const before = everything();
    const print = ["enable", "convoy-watcher", "--supervisor", name, "--print-unit"];
    const printed = await plugins(...print);
    const asJson = JSON.parse((await plugins(...print, "--json")).stdout) as unknown;
    expect(printed).toMatchObject({ code: 0, stderr: "" });
    expect(everything()).toEqual(before);

    expect((await plugins("enable", "convoy-watcher", "--supervisor", name)).code).toBe(0);
    const [unit = ""] = filesIn(join(home, place));
    const installed = join(home, place, unit);
    expect(printed.stdout).toBe(read(installed));
    expect(asJson).toEqual({
      ...{ plugin: "convoy-watcher", town: town.dir, supervisor: name },
      ...{ file: installed, text: read(installed) },
    });
    expect((await plugins(...print)).stdout, "also while it runs").toBe(printed.stdout);
    await plugins("disable", "convoy-watcher");
  });

  test("a file in its place that is not ours is left alone", async () => {
    const { plugins, home } = supervised(program);
    await plugins("enable", "convoy-watcher", "--supervisor", name);
    const [unit = ""] = filesIn(join(home, place));
    await plugins("disable", "convoy-watcher");
    writeFileSync(join(home, place, unit), "mine");
    const { code, stderr } = await plugins("enable", "convoy-watcher", "--supervisor", name);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: .* is not ours\nHint: move it away, or overwrite it with --force\n$/);
    expect(read(join(home, place, unit))).toBe("mine");
    expect((await plugins("enable", "convoy-watcher", "--supervisor", name, "--force")).code).toBe(0);
    await plugins("disable", "convoy-watcher");
    expect(filesIn(home)).toEqual([]);
  });

  test("when the plugin does not get ready, it stays to be seen, tries again, and can be disabled", async () => {
    const { plugins, home, tree, bin, state } = supervised(program);
    renameSync(join(bin, "gt"), join(bin, "not-gt"));
    const before = tree();
    const { code, stderr } = await plugins("enable", "convoy-watcher", "--supervisor", name);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^Error: it does not get ready: gt is not on PATH\nHint: /);
    const status = await plugins("status", "convoy-watcher");
    expect(status.code).toBe(3);
    expect(status.stdout).toMatch(
      /enabled: +yes .*\n +running: +not now: next try at .*\n +why not: +gt is not on PATH/,
    );
    expect(read(state("host.log"))).toContain("not ready: gt is not on PATH");
    renameSync(join(bin, "not-gt"), join(bin, "gt"));
    expect((await plugins("restart", "convoy-watcher")).code).toBe(0);
    expect((await plugins("disable", "convoy-watcher")).code).toBe(0);
    expect(filesIn(home)).toEqual([]);
    expect(tree()).toEqual(before);
  });
});

test.each(["detached", "none"])("--print-unit for %s, which has no unit, says so", async (name) => {
  const { plugins, tree } = scene();
  const before = tree();
  expect(await plugins("enable", "convoy-watcher", "--supervisor", name, "--print-unit")).toEqual({
    code: 2,
    stdout: "",
    stderr: `Error: the supervisor ${name} has no unit\nHint: --supervisor systemd or --supervisor launchd\n`,
  });
  expect(tree()).toEqual(before);
});

test("where systemd answers, it is the default; going over to another one leaves nothing of it", async () => {
  const { plugins, home, calls, state } = supervised("systemctl");
  expect((await plugins("enable", "convoy-watcher")).stdout).toContain("(systemd), running with pid ");
  expect(calls().map((line) => line.split(" ")[2])).toEqual([
    "show-environment",
    "daemon-reload",
    "reset-failed",
    "enable",
    "restart",
  ]);
  const first = runningHost(state("host.json"))?.pid;
  expect((await plugins("enable", "convoy-watcher", "--supervisor", "detached")).code).toBe(0);
  expect(filesIn(home)).toEqual([]);
  expect(runningHost(state("host.json"))?.pid).not.toBe(first);
});

test.each(["enable", "restart", "daemon-reload"])(
  "when systemctl %s fails, it says so, and another enable brings about what is missing",
  async (verb) => {
    const { plugins, home, state } = supervised("systemctl");
    writeFileSync(join(home, "fail"), verb);
    const { code, stderr } = await plugins("enable", "convoy-watcher");
    expect(code).toBe(1);
    expect(stderr).toMatch(
      new RegExp(`^Error: systemctl --user ${verb}.*: ${verb} failed, as told\nHint: .*--supervisor detached\n$`),
    );
    expect((await plugins("status", "convoy-watcher")).stdout).toMatch(/enabled: +yes/);
    rmSync(join(home, "fail"));
    expect((await plugins("enable", "convoy-watcher")).code).toBe(0);
    expect(runningHost(state("host.json"))?.phase).toBe("running");
    await plugins("disable", "convoy-watcher");
    expect(filesIn(home)).toEqual([]);
  },
);

test("a town whose path needs every kind of quoting", async () => {
  const { plugins, root, home, env } = supervised("systemctl");
  const town = join(root, `a "b" 'c' %h $HOME \\ é;&|`, "town");
  mkdirSync(dirname(town));
  buildTown(town);
  const { code, stdout, stderr } = await plugins("enable", "convoy-watcher", "--town", town);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  expect(stdout).toContain("gt plugin list names it");
  expect(runningHost(join(town, ".runtime", "convoy-watcher", "host.json"))?.phase).toBe("running");
  const script = join(town, "plugins", "convoy-watcher", "run.sh");
  expect(execFileSync("sh", [script], { env, encoding: "utf8" })).toContain("was already enabled");
  expect((await plugins("disable", "convoy-watcher", "--town", town)).code).toBe(0);
  expect(filesIn(home)).toEqual([]);
});
