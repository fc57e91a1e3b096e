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
