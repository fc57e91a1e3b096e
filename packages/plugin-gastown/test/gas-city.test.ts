import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { lockTown } from "@gastown/convoy-watcher/host";
import { parse } from "smol-toml";
import { describe, expect, onTestFinished, test } from "vitest";
import { inRepository } from "./support/repository.ts";
import { type Scene, scene } from "./support/scene.ts";

const PACK = inRepository("integrations/gascity");
const toml = (path: string): Record<string, unknown> => parse(readFileSync(join(PACK, path), "utf8"));
const isExecutable = (file: string): boolean => (statSync(file).mode & 0o111) === 0o111;

describe("the files of the pack", () => {
  test("pack.toml", () => {
    expect(toml("pack.toml")).toEqual({ pack: { name: "convoy-watcher", version: "0.1.0", schema: 2 } });
  });

  test("the order has what an event order must have, for old cities and new ones, and nothing they do not know", () => {
    const { order } = toml("orders/convoy-check.toml") as { readonly order: Record<string, unknown> };
    expect(order).toMatchObject({ trigger: "event", gate: "event", on: "bead.closed", scope: "city", timeout: "90s" });
    expect(order).not.toHaveProperty("formula");
    const known = ["description", "exec", "trigger", "gate", "on", "scope", "idempotent", "timeout"];
    expect(Object.keys(order).filter((key) => !known.includes(key))).toEqual([]);
    const script = String(order["exec"]).replace("$PACK_DIR", PACK);
    expect(isExecutable(script)).toBe(true);
  });

  test("the doctor check names a script", () => {
    const { run, ...rest } = toml("doctor/complete-convoys/doctor.toml");
    expect(Object.keys(rest)).toEqual(["description"]);
    expect(isExecutable(join(PACK, "doctor/complete-convoys", String(run)))).toBe(true);
  });
});

/** Runs a script of the pack as a city does, with the command line from its sources. */
function inCity(here: Scene, script: string): { readonly code: number | null; readonly lines: string[] } {
  const cli = inRepository("packages/cli/src/cli.ts");
  const run = `import(${JSON.stringify(cli)}).then((cli) => cli.main(process.argv.slice(1)))`;
  here.program("convoy-cli", `#!/bin/sh\nexec '${process.execPath}' -e '${run}' -- "$@"\n`);
  const { status, stdout } = spawnSync(join(PACK, script), {
    cwd: here.root,
    env: { ...here.env, GC_CITY_PATH: here.town.dir, GC_PACK_DIR: PACK },
    encoding: "utf8",
  });
  return { code: status, lines: stdout.trim().split("\n") };
}

describe("the order", () => {
  const script = "scripts/check.sh";

  test("lands what is complete", () => {
    const here = scene();
    const convoy = here.town.createConvoy({ tracks: [here.town.createIssue({ status: "closed" })] });
    expect(inCity(here, script).code).toBe(0);
    expect(here.town.status(convoy)).toBe("closed");
  });

  test("leaves a town to its watcher, and that is no failure", async () => {
    const here = scene();
    const lock = await lockTown(here.town.dir, new Date());
    onTestFinished(() => lock.release());
    expect(inCity(here, script).code).toBe(0);
    expect(here.control.calls("gt")).toEqual([]);
  });

  test("fails when the town cannot be read", () => {
    const here = scene();
    rmSync(here.town.db());
    expect(inCity(here, script).code).toBe(1);
  });
});

describe("the doctor check", () => {
  const script = "doctor/complete-convoys/run.sh";

  test("0 where no complete convoy is open, without any gt", () => {
    const here = scene();
    here.town.createConvoy({ tracks: [here.town.createIssue()] });
    rmSync(join(here.bin, "gt"));
    expect(inCity(here, script)).toEqual({ code: 0, lines: ["every complete convoy is closed"] });
  });

  test("1 where one is, with its name, and it stays as it is", () => {
    const here = scene();
    const convoy = here.town.createConvoy({ title: "Late", tracks: [here.town.createIssue({ status: "closed" })] });
    const { code, lines } = inCity(here, script);
    expect({ code, first: lines[0] }).toEqual({ code: 1, first: "complete convoys are still open" });
    expect(lines.slice(1).join("\n")).toContain(convoy);
    expect(here.town.status(convoy)).toBe("open");
  });

  test("2 where that cannot be read", () => {
    const here = scene();
    rmSync(dirname(here.town.db()), { recursive: true });
    const { code, lines } = inCity(here, script);
    expect({ code, first: lines[0] }).toEqual({ code: 2, first: "convoys could not be checked" });
    expect(lines.length).toBeGreaterThan(1);
    expect(existsSync(join(here.town.dir, ".runtime"))).toBe(false);
  });
});
