import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { tempDir } from "@gastown/test-fixtures";
import { parse } from "smol-toml";
import { describe, expect, onTestFinished, test } from "vitest";
import { inRepository } from "./support/repository.ts";

const PACK = inRepository("integrations/gascity");
const CHECK = "doctor/complete-convoys";
const toml = (path: string): Record<string, unknown> => parse(readFileSync(join(PACK, path), "utf8"));
const isExecutable = (file: string): boolean => (statSync(file).mode & 0o111) === 0o111;

describe("the files of the pack", () => {
  test("pack.toml", () => {
    expect(toml("pack.toml")).toEqual({ pack: { name: "convoy-watcher", version: "0.1.0", schema: 2 } });
  });

  test("the order runs gc's own check on a cooldown, and waits for no event and no bead", () => {
    expect(toml("orders/convoy-check.toml")).toEqual({
      order: {
        description: "Close complete convoys",
        trigger: "cooldown",
        interval: "30s",
        exec: "gc convoy check",
        scope: "city",
        no_work_gate: true,
      },
    });
  });

  test("the doctor check names scripts that can be run", () => {
    const { run, fix, ...rest } = toml(`${CHECK}/doctor.toml`);
    expect(Object.keys(rest)).toEqual(["description"]);
    for (const script of [run, fix]) expect(isExecutable(join(PACK, CHECK, String(script)))).toBe(true);
  });
});

interface Listed {
  readonly id: string;
  readonly title: string;
  readonly closed: number;
  readonly total: number;
  readonly owned?: boolean;
}

/** As `gc convoy list --json` printed it in August 2026, one line. */
function listing(convoys: readonly Listed[]): string {
  const items = convoys.map(({ id, title, closed, total, owned = false }) => ({
    id,
    title,
    status: "open",
    progress: { closed, total },
    owned,
    fields: {},
  }));
  return `${JSON.stringify({ schema_version: "1", ok: true, convoys: items, summary: { total: items.length } })}\n`;
}

/** Runs a script as gc runs it: in the directory of the pack, with the city in a variable. */
function inCity(script: string, gc: string): { readonly code: number | null; readonly lines: string[] } {
  const dir = tempDir(onTestFinished).path;
  const [city, bin] = [join(dir, "city"), join(dir, "bin")];
  for (const made of [city, bin]) mkdirSync(made);
  writeFileSync(join(bin, "gc"), `#!/bin/sh\n[ "$PWD" = '${city}' ] || exit 9\n${gc}\n`);
  chmodSync(join(bin, "gc"), 0o755);
  const { status, stdout } = spawnSync(join(PACK, CHECK, script), {
    cwd: PACK,
    env: { PATH: [bin, process.env["PATH"]].join(delimiter), GC_CITY_PATH: city, GC_PACK_DIR: PACK },
    encoding: "utf8",
  });
  return { code: status, lines: stdout.trim().split("\n") };
}

const says = (convoys: readonly Listed[]): string => `cat <<'END'\n${listing(convoys)}END`;

// gc itself needs jq, so that every city has it; a machine that only runs these tests may not.
describe.skipIf(spawnSync("jq", ["--version"]).status !== 0)("the doctor check", () => {
  test("0 where none is complete: some still wait, one is empty, one is closed by its owner", () => {
    const listed = says([
      { id: "hq-1", title: "Waits", closed: 1, total: 2 },
      { id: "al-2", title: "Empty", closed: 0, total: 0 },
      { id: "al-3", title: "Mine", closed: 2, total: 2, owned: true },
    ]);
    expect(inCity("run.sh", listed)).toEqual({ code: 0, lines: ["every complete convoy is closed"] });
  });

  test("1 where a rig has one, with its name and progress", () => {
    const listed = says([
      { id: "hq-1", title: "Waits", closed: 1, total: 2 },
      { id: "al-9xk", title: "Late", closed: 2, total: 2 },
    ]);
    expect(inCity("run.sh", listed)).toEqual({
      code: 1,
      lines: ["complete convoys are still open: `gc convoy check` closes them", "al-9xk 2/2 Late"],
    });
  });

  test("a title can neither break a line nor reach the terminal", () => {
    const { code, lines } = inCity(
      "run.sh",
      says([{ id: "al-1", title: "a\nb\u001b]0;x\u0007", closed: 1, total: 1 }]),
    );
    expect(code).toBe(1);
    expect(lines.slice(1)).toEqual(["al-1 1/1 a b ]0;x"]);
  });

  test.each([
    ["gc fails", "echo 'gc convoy list: no store' >&2; exit 1", "gc convoy list: no store"],
    ["gc prints something else", "echo 'No convoys'", "No convoys"],
  ])("2 where %s, with what gc says, and never clean", (_, gc, said) => {
    const { code, lines } = inCity("run.sh", gc);
    expect({ code, lines }).toEqual({ code: 2, lines: ["convoys could not be listed", said] });
  });
});

test("the fix is gc's own check, run in the city, with its exit status", () => {
  const { code, lines } = inCity("fix.sh", 'echo "$*"; exit 3');
  expect({ code, lines }).toEqual({ code: 3, lines: ["convoy check"] });
});
