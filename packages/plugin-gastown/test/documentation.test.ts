import { spawn, spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tempDir, waitFor } from "@gastown/test-fixtures";
import { describe, expect, onTestFinished, test } from "vitest";
import { inRepository } from "./support/repository.ts";
import { GASTOWN, scene } from "./support/scene.ts";

const PAGE = readFileSync(inRepository("docs/plugins.md"), "utf8");
const SOURCES = inRepository("packages/plugin-gastown/src");

describe("docs/plugins.md", () => {
  test("shows the programs as they are", () => {
    const blocks = [...PAGE.matchAll(/^```\w+ file=(\S+)\n(.*?)^```$/gms)];
    expect(blocks.map(([, file]) => file)).toEqual([
      "examples/toy-host/toy-host.mjs",
      "examples/host-elsewhere/watch.mjs",
      "examples/route-watch/package.json",
      "examples/route-watch/index.mjs",
      "examples/route-watch/contract.test.mjs",
    ]);
    for (const [, file = "", text] of blocks) expect(text).toBe(readFileSync(inRepository(file), "utf8"));
  });

  test("names every error of the host, and no other", () => {
    const files = readdirSync(SOURCES, { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
    const text = files.map((file) => readFileSync(join(SOURCES, file), "utf8")).join("\n");
    const thrown = [...text.matchAll(/new HostError\(\s*"([a-z-]+)"/g)].map(([, code]) => code);
    const named = [...PAGE.matchAll(/^\| `([a-z-]+)` \| .* \| .* \|$/gm)].map(([, code]) => code ?? "");
    expect(named.filter((code) => code.includes("-") || code === "busy").toSorted()).toEqual(
      [...new Set([...thrown, "settings-invalid"])].toSorted(),
    );
  });
});

describe("the examples", () => {
  test.each(["toy-host", "route-watch", "stale-mail"])(
    "%s passes the contract suite, as it is published, in Node's own test runner",
    (name) => {
      const dir = inRepository(`examples/${name}`);
      const env = { ...process.env, TOY_ROOT: tempDir(onTestFinished).path };
      for (const key of Object.keys(env)) if (/^(NODE_|VITEST)/.test(key)) delete (env as NodeJS.ProcessEnv)[key];
      const { status, stdout } = spawnSync(
        process.execPath,
        ["--test", "--test-reporter=tap", dir + "/contract.test.mjs"],
        {
          cwd: dir,
          env,
          encoding: "utf8",
        },
      );
      expect(stdout).toMatch(/^# fail 0$/m);
      expect(Number(/^# pass (\d+)$/m.exec(stdout)?.[1])).toBeGreaterThan(9);
      expect(status).toBe(0);
    },
  );

  test("host-elsewhere lands a convoy, tells of it, and stops when it is told to", async () => {
    const { town, env } = scene();
    const issue = town.createIssue({ rig: "alpha" });
    const convoy = town.createConvoy({ title: "Ship it", tracks: [issue] });
    const file = inRepository("examples/host-elsewhere/watch.mjs");
    const child = spawn(process.execPath, [file, town.dir, '{"source": ["db"]}'], { cwd: dirname(file), env });
    onTestFinished(() => void child.kill("SIGKILL"));
    let stdout = "";
    let stderr = "";
    child.stdout.setEncoding("utf8").on("data", (text: string) => (stdout += text));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (stderr += text));
    const ended = new Promise((resolve) => void child.once("close", resolve));
    await waitFor(
      "watching",
      () => stderr.includes("watching 1 open convoys"),
      () => stderr,
    );
    town.close(issue);
    await waitFor(
      "event",
      () => stdout.includes("convoy.landed"),
      () => stderr,
    );
    child.kill("SIGTERM");
    expect(await ended).toBe(0);
    const events = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { readonly type: string });
    expect(events.map(({ type }) => type)).toEqual(["convoy.waiting", "convoy.closed", "convoy.landed"]);
    expect(events[2]).toMatchObject({ subject: convoy, payload: { title: "Ship it" } });
    expect(town.status(convoy)).toBe("closed");
  });

  test("a refused setting ends it, with the key", () => {
    const { town, env } = scene();
    const file = inRepository("examples/host-elsewhere/watch.mjs");
    const { status, stderr } = spawnSync(process.execPath, [file, town.dir, '{"grace": 5}'], { env, encoding: "utf8" });
    expect(status).toBe(1);
    expect(stderr).toContain("grace");
    expect(stderr).toContain("allowed: a time with its unit");
  });
});

test("the guide to writing a plugin: every file and every line of it, in a town", async () => {
  const { town, env, plugins, root } = scene();
  const guide = readFileSync(inRepository("docs/guides/write-a-plugin.md"), "utf8");
  const steps = [...guide.matchAll(/^```(\w+)(?: (file=(\S+)|background))?\n(.*?)^```$/gms)];
  const api = join(town.dir, "node_modules", "@gastown", "plugin-api");
  mkdirSync(dirname(api), { recursive: true });
  symlinkSync(inRepository("packages/plugin-api"), api);
  const [program, ...leading] = GASTOWN;
  writeFileSync(join(root, "bin", "gastown"), `#!/bin/sh\nexec '${program}' ${leading.join(" ")} "$@"\n`);
  chmodSync(join(root, "bin", "gastown"), 0o755);
  const printed: string[] = [];
  for (const [, , kind, file, text = ""] of steps) {
    if (file !== undefined) writeFileSync(join(town.dir, file), text);
    else if (kind === "background") {
      const child = spawn("sh", ["-c", `exec ${text}`], { cwd: town.dir, env, stdio: "ignore" });
      onTestFinished(() => void child.kill("SIGKILL"));
      await waitFor("running", async () => (await plugins("status", "new-rigs")).code === 0);
      child.kill("SIGINT");
      expect(await new Promise((resolve) => void child.once("exit", resolve))).toBe(130);
    } else {
      const { status, stdout, stderr } = spawnSync("sh", ["-ec", text], { cwd: town.dir, env, encoding: "utf8" });
      expect({ text, status, stderr }).toEqual({ text, status: 0, stderr: "" });
      printed.push(stdout);
    }
  }
  expect(steps.length).toBe(7);
  expect(printed.join("\n")).toMatch(/new-rigs \[not enabled\][\s\S]* routes\.changed \{"rigs":\d\}/);
  expect(printed.join("\n")).toMatch(/routes: +\d\n/);
});
