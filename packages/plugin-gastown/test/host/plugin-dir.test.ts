import { execFileSync } from "node:child_process";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { parse } from "smol-toml";
import { describe, expect, onTestFinished, test } from "vitest";
import { pluginMd, runScript } from "../../src/host/plugin-dir.ts";

const front = (text: string): Record<string, unknown> => parse(text.split("+++")[1] ?? "");

const BARE = { title: undefined, description: undefined, labels: [] };

describe("plugin.md", () => {
  test("has what gt reads, and no agent is to start a watcher", () => {
    expect(
      pluginMd({
        name: "convoy-watcher",
        description: "of the package",
        gt: {
          title: "Convoy watcher",
          description: "Close convoys when their last issue closes",
          labels: ["category:convoy"],
        },
      }),
    ).toMatchInlineSnapshot(`
      "+++
      name = "convoy-watcher"
      description = "Close convoys when their last issue closes"
      version = 1

      [gate]
      type = "manual"

      [tracking]
      labels = [ "plugin:convoy-watcher", "category:convoy" ]
      digest = false

      [execution]
      timeout = "30s"
      notify_on_failure = false
      severity = "low"
      +++

      # Convoy watcher
      Service-managed plugin. If dispatched, run exactly: \`bash run.sh\` in this directory. Do not start a watcher yourself.
      "
    `);
  });

  test.each([
    ["+++", "…"],
    ["a +++ b\n+++\nname = 1", "a … b … name = 1"],
    ['quote " and \\ and \u001B[31mred', 'quote " and \\ and red'],
    ["é".repeat(25), "é".repeat(25)],
    ["x".repeat(50), "x".repeat(50)],
  ])("the description %j cannot break it", (description, shown) => {
    const text = pluginMd({ name: "other", description, gt: BARE });
    expect(text.match(/\+\+\+/g)).toHaveLength(2);
    expect(front(text)).toMatchObject({ name: "other", description: shown, version: 1, gate: { type: "manual" } });
  });

  test.each(["x".repeat(51), "é".repeat(26), "🚚".repeat(30), `${"a".repeat(49)}🚚`])(
    "%j is cut to 50 bytes",
    (description) => {
      const { description: shown } = front(pluginMd({ name: "other", description, gt: BARE }));
      expect(Buffer.byteLength(String(shown))).toBeLessThanOrEqual(50);
      expect(String(shown)).toMatch(/…$/);
      expect(String(shown).isWellFormed()).toBe(true);
    },
  );
});

describe("run.sh", () => {
  test("hands every word on as it is, and falls back to PATH where Node has moved", () => {
    const dir = tempDir(onTestFinished).path;
    const town = `/srv/it's "a" $HOME \`town\``;
    writeFileSync(join(dir, "gastown"), '#!/bin/sh\nfor word; do echo "<$word>"; done\n');
    chmodSync(join(dir, "gastown"), 0o755);
    const lines = `<plugins>\n<enable>\n<convoy-watcher>\n<--town>\n<${town}>\n`;
    const env = { PATH: `${dir}:/usr/bin:/bin` };
    const sh = (command: readonly string[]): string =>
      execFileSync("sh", ["-c", runScript("convoy-watcher", town, command)], { env, encoding: "utf8" });
    expect(sh([join(dir, "gastown")])).toBe(lines);
    expect(sh(["/nowhere/node", "/nowhere/gastown.js"])).toBe(lines);
    // Node is where it was, the package is not.
    expect(sh([process.execPath, "/nowhere/gastown.js"])).toBe(lines);
  });
});
