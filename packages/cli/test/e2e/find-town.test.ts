import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { buildTown } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { type Stage, stage } from "../support/scene.ts";

interface Found {
  readonly code: number | null;
  readonly town: unknown;
  readonly stderr: string;
}

/** Which town `check` takes, from its `hello`. */
async function townOf(
  { run, root, env }: Stage,
  cwd: string,
  args: readonly string[] = [],
  more: NodeJS.ProcessEnv = {},
): Promise<Found> {
  const { code, stdout, stderr } = await run(["check", "--json", "--dry-run", ...args], {
    cwd: join(root, cwd),
    env: { ...env, ...more },
  });
  const [hello] = stdout.split("\n");
  return {
    code,
    stderr,
    town: hello === "" ? undefined : (JSON.parse(hello ?? "{}") as Record<string, unknown>)["town"],
  };
}

function twoTowns(): Stage & { one: string; two: string } {
  const made = stage();
  const [one, two] = ["one", "two"].map(
    (name) => buildTown(join(made.root, name), { rigs: { alpha: { prefix: "al" } } }).dir,
  );
  mkdirSync(join(made.root, "one/alpha/crew/max"), { recursive: true });
  mkdirSync(join(made.root, "away"));
  return { ...made, one: one ?? "", two: two ?? "" };
}

test("the town around the working directory, from however deep inside", async () => {
  const towns = twoTowns();
  expect(await townOf(towns, "one")).toMatchObject({ code: 0, town: towns.one });
  expect(await townOf(towns, "one/alpha/crew/max")).toMatchObject({ code: 0, town: towns.one });
});

test("the outermost town, when one lies inside another", async () => {
  const towns = twoTowns();
  const inner = buildTown(join(towns.one, "alpha/inner")).dir;
  expect(await townOf(towns, "one/alpha/inner")).toMatchObject({ code: 0, town: towns.one });
  expect(await townOf(towns, "one/alpha/inner", ["--town", "."])).toMatchObject({ code: 0, town: inner });
});

test("outside of any town GT_TOWN_ROOT, then GT_ROOT", async () => {
  const towns = twoTowns();
  const { one, two } = towns;
  expect(await townOf(towns, "away", [], { GT_ROOT: two })).toMatchObject({ code: 0, town: two });
  expect(await townOf(towns, "away", [], { GT_TOWN_ROOT: one, GT_ROOT: two })).toMatchObject({ code: 0, town: one });
  expect(await townOf(towns, "one", [], { GT_TOWN_ROOT: two })).toMatchObject({ code: 0, town: one });
});

test("--town goes before everything, and needs only a .beads", async () => {
  const towns = twoTowns();
  const bare = buildTown(join(towns.root, "bare"), { withTownJson: false }).dir;
  expect(await townOf(towns, "one", ["--town", "../bare"], { GT_TOWN_ROOT: towns.two })).toMatchObject({
    code: 0,
    town: bare,
  });
});

test("no town: said in two lines, exit status 1", async () => {
  const towns = twoTowns();
  const away = join(towns.root, "away");
  const { code, stderr } = await townOf(towns, "away");
  expect(code).toBe(1);
  expect(stderr).toBe(
    `Error: no Gas Town here: neither ${away} nor a parent of it has mayor/town.json\n` +
      "Hint: run this inside a town, or name one with --town DIR; `convoy-cli demo` needs none\n",
  );
});

test.each([
  ["a town without .beads", "one", /is not a town: it has no \.beads directory/],
  ["a directory that is not there", "nowhere", /there is no directory .*nowhere/],
  ["a file", "file", /file is not a directory/],
] as const)("%s: said in two lines, exit status 1", async (_what, name, error) => {
  const towns = twoTowns();
  rmSync(join(towns.one, ".beads"), { recursive: true });
  writeFileSync(join(towns.root, "file"), "");
  for (const [args, env] of [
    [["--town", `../${name}`], {}],
    [[], { GT_TOWN_ROOT: join(towns.root, name) }],
  ] as const) {
    const { code, stderr } = await townOf(towns, "away", args, env);
    const [first, second, ...rest] = stderr.split("\n");
    expect(first).toMatch(/^Error: /);
    expect(first).toMatch(error);
    expect(second).toMatch(/^Hint: ./);
    expect(rest).toEqual([""]);
    expect(code).toBe(1);
  }
});

test("a town whose .beads is not there although it has mayor/town.json", async () => {
  const towns = twoTowns();
  rmSync(join(towns.one, ".beads"), { recursive: true });
  const { code, stderr } = await townOf(towns, "one/alpha");
  expect(code).toBe(1);
  expect(stderr).toContain("has no .beads directory");
});
