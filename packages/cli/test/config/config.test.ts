import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { look, lookJson } from "../support/look.ts";
import { scene, type Scene } from "../support/scene.ts";

interface Config {
  readonly file: string;
  readonly exists: boolean;
  readonly settings: readonly { readonly key: string; readonly value: unknown; readonly from: string }[];
}

function settle(made: Scene, settings: object): void {
  mkdirSync(join(made.town.dir, "settings"));
  writeFileSync(join(made.town.dir, "settings/convoy-watcher.json"), JSON.stringify(settings));
}

it("shows every setting, and where it comes from", async () => {
  const made = scene();
  settle(made, { sweep: "2m", onLand: ["sh", "-c", "echo \u001B[31m"], gt: "tools/gt" });
  const lines = await look(made, "config");
  expect(lines.slice(0, -1).map((line) => line.replaceAll(made.root, "…").replace(/ {2,}/g, "  ")))
    .toMatchInlineSnapshot(`
      [
        "…/town/settings/convoy-watcher.json",
        "  source  bd,db  default",
        "  sweep  2m  from the file",
        "  grace  7s  default",
        "  tell  5m  default",
        "  land  check,close,force  default",
        "  bd  …/bin/bd  PATH",
        "  gt  tools/gt  from the file",
        "  driver  better-sqlite3  default",
        "  gate  off  default",
        "  mergeStale  24h  default",
        "  onLand  ["sh","-c","echo \\u001b[31m"]  from the file",
        "  onStuck  none",
        "  onClosed  none",
        "  onUntold  none",
        "  onDown  none",
      ]
    `);
});

it("says the same for a program, in the documented shape", async () => {
  const made = scene();
  const before = await lookJson<Config>(made, "config");
  expect(before).toMatchObject({ file: join(made.town.dir, "settings/convoy-watcher.json"), exists: false });
  expect(before.settings.filter(({ from }) => from === "settings")).toEqual([]);
  settle(made, { grace: "0s" });
  const after = await lookJson<Config>(made, "config");
  expect(after.settings.find(({ key }) => key === "grace")).toEqual({ key: "grace", value: "0s", from: "settings" });
  expect(after.settings.find(({ key }) => key === "gt")).toEqual({
    key: "gt",
    value: join(made.bin, "gt"),
    from: "PATH",
  });
});

it("names what is wrong with the file", async () => {
  const made = scene();
  settle(made, { swep: "2m" });
  const { code, stderr } = await made.run(["config"]);
  expect(code).toBe(1);
  expect(stderr).toMatch(/^Error: .*"swep" is "2m"; no such key; allowed: source, sweep, /);
});

it("prints a JSON Schema, also outside of a town", async () => {
  const made = scene();
  const { code, stdout } = await made.run(["config", "--schema"], { cwd: "/" });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ properties: { grace: { default: "7s" } }, additionalProperties: false });
});
