import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type Args, err, fail, out } from "../lib/stand-in.ts";
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

/** What a plugin.md says that gt shows. */
export interface FrontMatter {
  readonly name: string;
  readonly description: string;
  readonly version: number;
  readonly gateType: string;
  readonly instructions: string;
}

type Value = string | number | boolean | null;

/** Basic and literal strings, integers, booleans; anything else is taken as there, and not looked into. */
const valueOf = (text: string): Value => {
  const raw = text.trim();
  const basic = /^("(?:[^"\\]|\\.)*")\s*(?:#.*)?$/.exec(raw)?.[1];
  if (basic !== undefined) return String(JSON.parse(basic));
  const literal = /^'([^']*)'\s*(?:#.*)?$/.exec(raw)?.[1];
  if (literal !== undefined) return literal;
  const bare = raw.replace(/\s*#.*$/, "");
  if (/^[+-]?\d+$/.test(bare)) return Number(bare);
  if (bare === "true" || bare === "false") return bare === "true";
  if (/^[[{]/.test(bare)) return null;
  throw new Error(`parsing TOML frontmatter: invalid value ${raw}`);
};

const parse = (toml: string): ReadonlyMap<string, Value> => {
  const values = new Map<string, Value>();
  let table = "";
  for (const line of toml.split(/\r?\n/)) {
    const text = line.trim();
    if (text === "" || text.startsWith("#")) continue;
    const header = /^\[([^\][]+)\]$/.exec(text)?.[1];
    if (header !== undefined) {
      table = `${header.trim()}.`;
      continue;
    }
    const [, key, value = ""] = /^([A-Za-z0-9_-]+)\s*=(.*)$/.exec(text) ?? [];
    if (key === undefined) throw new Error(`parsing TOML frontmatter: expected a key: ${text}`);
    values.set(table + key, valueOf(value));
  }
  return values;
};

/** The text between the first two `+++`, wherever they are, as gt finds it. Throws on what gt rejects. */
export const parseFrontMatter = (file: string): FrontMatter => {
  const [before, front, ...rest] = file.replace(/^\uFEFF/, "").split("+++");
  if (front === undefined || before === undefined) throw new Error("missing TOML frontmatter (no opening +++)");
  if (rest.length === 0) throw new Error("missing TOML frontmatter (no closing +++)");
  const values = parse(front);
  const text = (key: string): string => {
    const value = values.get(key) ?? "";
    if (typeof value !== "string") throw new Error(`parsing TOML frontmatter: ${key} is not a string`);
    return value;
  };
  const version = values.get("version") ?? 0;
  if (typeof version !== "number") throw new Error("parsing TOML frontmatter: version is not an integer");
  if (text("name") === "") throw new Error("missing required field: name");
  return {
    name: text("name"),
    description: text("description"),
    version,
    gateType: text("gate.type") || "manual",
    instructions: rest.join("+++").trim(),
  };
};
