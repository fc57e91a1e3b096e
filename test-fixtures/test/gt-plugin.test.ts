import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { run, townWithTools } from "./helpers/run.ts";

const body = `+++
name = "convoy-watcher"
description = "Close convoys when their last issue closes"
version = 1

[gate]
type = "manual" # never by itself

[tracking]
labels = ["plugin:convoy-watcher", "category:convoy"]
digest = false

[service]
enabled = true
+++

# Convoy watcher
Run \`bash run.sh\`.
`;

const cases: Readonly<Record<string, string>> = {
  "convoy-watcher": body,
  ".hidden": body.replace("convoy-watcher", "hidden"),
  "other-dir": body.replace('"convoy-watcher"', '"another"').replace(/\[gate\]\n.*\n/, ""),
  "string-version": body.replace("version = 1", 'version = "1"'),
  "plus-in-value": body.replace("Close", "+++ Close"),
  yaml: body.replaceAll("+++", "---"),
  nameless: body.replace(/name = .*\n/, ""),
};

it("lists what gt lists, and warns of the rest", async () => {
  using tools = townWithTools();
  const plugins = join(tools.town.dir, "plugins");
  for (const [dir, text] of Object.entries(cases)) {
    mkdirSync(join(plugins, dir), { recursive: true });
    writeFileSync(join(plugins, dir, "plugin.md"), text);
  }
  mkdirSync(join(plugins, "empty"));
  writeFileSync(join(plugins, "empty/plugin.md.disabled"), body);
  symlinkSync(join(plugins, "convoy-watcher"), join(plugins, "linked"));

  const list = await run(tools.gt, ["plugin", "list", "--json"], tools.town.dir);
  const common = { description: "Close convoys when their last issue closes", location: "town", gate_type: "manual" };
  expect(JSON.parse(list.stdout)).toEqual([
    { name: "another", ...common, path: join(plugins, "other-dir") },
    { name: "convoy-watcher", ...common, path: join(plugins, "convoy-watcher") },
  ]);
  for (const dir of ["string-version", "plus-in-value", "yaml", "nameless"]) expect(list.stderr).toContain(`/${dir}:`);
  expect((await run(tools.gt, ["plugin", "list"], tools.town.dir)).stdout).toContain("    convoy-watcher [manual]\n");

  const show = async (name: string): Promise<string> => {
    const { stdout, stderr, code } = await run(tools.gt, ["plugin", "show", name], tools.town.dir);
    return `${code} ${stdout}${stderr}`;
  };
  expect(await show("convoy-watcher")).toContain("0 Plugin: convoy-watcher\n");
  for (const name of [".hidden", "linked", "other-dir"]) expect(await show(name)).toMatch(/^0 /);
  for (const name of ["another", "empty", "none"])
    expect(await show(name)).toBe(`1 Error: plugin not found: ${name}\n`);
});

it("lists nothing in a town without plugins", async () => {
  using tools = townWithTools();
  expect((await run(tools.gt, ["plugin", "list", "--json"], tools.town.dir)).stdout).toBe("[]\n");
});
