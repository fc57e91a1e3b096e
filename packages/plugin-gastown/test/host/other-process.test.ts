import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { markOf } from "@gastown/process";
import { waitFor } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { runningHost } from "../../src/host/host-note.ts";
import { scene } from "../support/scene.ts";

describe("a note of a process that is not ours", () => {
  /** A process that has nothing to do with us. */
  function bystander(): ChildProcess & { readonly pid: number } {
    const child = spawn("sleep", ["60"], { stdio: "ignore" });
    onTestFinished(() => void child.kill("SIGKILL"));
    return child as ChildProcess & { readonly pid: number };
  }

  const note = (pid: number, identity: string): string =>
    JSON.stringify({
      plugin: "convoy-watcher",
      pid,
      identity,
      version: "0.1.0",
      since: "2026-01-01T00:00:00Z",
      phase: "running",
      settings: "",
      restarts: 0,
    });

  test("a stale pid: enabled again, disabled again", async () => {
    const { plugins, state, tree } = scene();
    const before = tree();
    const gone = bystander();
    const identity = markOf(gone.pid)?.start ?? "";
    gone.kill("SIGKILL");
    await waitFor("end", () => markOf(gone.pid) === undefined);
    mkdirSync(state("."), { recursive: true });
    writeFileSync(state("host.json"), note(gone.pid, identity));
    writeFileSync(state("watcher.pid"), JSON.stringify({ pid: gone.pid, since: "2026-01-01T00:00:00Z" }));
    expect((await plugins("status")).code).toBe(3);
    expect((await plugins("enable", "convoy-watcher")).code).toBe(0);
    expect(runningHost(state("host.json"))?.phase).toBe("running");
    await plugins("disable", "convoy-watcher");
    expect(tree()).toEqual(before);
  });

  test.each(["enable", "disable"])(
    "a pid that belongs to another by now: %s leaves that one alone",
    async (command) => {
      const { plugins, state } = scene();
      const other = bystander();
      await plugins("enable", "convoy-watcher");
      const ours = runningHost(state("host.json"));
      process.kill(ours?.pid ?? 0, "SIGKILL");
      await waitFor("end", () => runningHost(state("host.json")) === undefined);
      writeFileSync(state("host.json"), note(other.pid, ours?.identity ?? ""));
      writeFileSync(state("watcher.pid"), JSON.stringify({ pid: other.pid, since: "2026-01-01T00:00:00Z" }));
      expect((await plugins("status")).code).toBe(3);
      const { code, stdout, stderr } = await plugins(command, "convoy-watcher");
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toContain(String(other.pid));
      expect(markOf(other.pid)).toBeDefined();
      expect(other.signalCode).toBeNull();
    },
  );

  test.each(["", "{", "[]", '{"pid":1}', '{"pid":-1,"identity":"x","since":"y","phase":"running"}', '{"pid":"12"}'])(
    "a note that says %j counts as none",
    async (text) => {
      const { plugins, state } = scene();
      mkdirSync(state("."), { recursive: true });
      writeFileSync(state("host.json"), text);
      expect((await plugins("status")).code).toBe(3);
      expect((await plugins("disable", "convoy-watcher")).code).toBe(0);
    },
  );
});
