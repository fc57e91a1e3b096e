import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Args } from "../lib/args.ts";
import { err, fail, out } from "../lib/stand-in.ts";
import { parseFrontMatter } from "./front-matter.ts";
import type { FrontMatter } from "./front-matter.ts";
import { findTown } from "./town.ts";

interface Plugin extends FrontMatter {
  readonly path: string;
}

/** Throws when the file is not what gt accepts. */
const load = (dir: string): Plugin => ({
  ...parseFrontMatter(readFileSync(join(dir, "plugin.md"), "utf8")),
  path: dir,
});

const hasFile = (dir: string): boolean => existsSync(join(dir, "plugin.md"));

/** Directories that are neither hidden nor symlinks and have a plugin.md. */
const discover = (plugins: string): readonly Plugin[] => {
  if (!existsSync(plugins)) return [];
  const dirs = readdirSync(plugins, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith("."))
    .map((entry) => join(plugins, entry.name))
    .filter(hasFile);
  const found = dirs.flatMap((dir) => {
    try {
      return [load(dir)];
    } catch (error) {
      err(`Warning: failed to load plugin ${dir}: ${error instanceof Error ? error.message : error}\n`);
      return [];
    }
  });
  return found.toSorted((one, other) => (one.name < other.name ? -1 : 1));
};

const cut = (text: string): string => (text.length > 50 ? `${text.slice(0, 47)}...` : text);

const list = (root: string, json: boolean): void => {
  const plugins = discover(join(root, "plugins"));
  const summary = plugins.map(({ name, description, gateType, path }) => ({
    name,
    description,
    location: "town",
    gate_type: gateType,
    path,
  }));
  if (json) return out(`${JSON.stringify(summary, null, 2)}\n`);
  if (plugins.length === 0) return out("○ No plugins discovered\n");
  const lines = plugins.map(
    ({ name, gateType, description }) => `    ${name} [${gateType}]\n      ${cut(description)}\n`,
  );
  out(`● Discovered ${plugins.length} plugin(s)\n\n  Town-level plugins:\n${lines.join("")}\n`);
};

const show = (root: string, name: string, json: boolean): void => {
  const dir = join(root, "plugins", name);
  if (!hasFile(dir)) fail(`Error: plugin not found: ${name}`);
  const { gateType, instructions, ...plugin } = load(dir);
  const whole = { ...plugin, location: "town", gate: { type: gateType }, instructions };
  if (json) out(`${JSON.stringify(whole, null, 2)}\n`);
  else
    out(
      `Plugin: ${plugin.name}\nPath: ${dir}\nDescription: ${plugin.description}\nLocation: town\n` +
        `Version: ${plugin.version}\n\nGate:\n  Type: ${gateType}\n\nInstructions:\n  ${instructions.replaceAll("\n", "\n  ")}\n`,
    );
};

/** `gt plugin list` goes by name, `gt plugin show` by directory. */
export const plugin = (command: "list" | "show", words: readonly string[], args: Args): void => {
  const { root } = findTown(process.cwd()) ?? fail("Error: not in a Gas Town workspace");
  if (command === "list") list(root, args.flag("--json"));
  else show(root, words[0] ?? fail("Error: accepts 1 arg(s), received 0"), args.flag("--json"));
};
