import { parseDocument } from "yaml";
import { textOf } from "./metadata.ts";

/** Looks a value up by its dotted key, whatever the letter case; undefined where there is none. */
export type YamlValues = (key: string) => string | undefined;

/** Longest text that is parsed, in characters. */
const LIMIT = 256 * 1024;
const KEPT = 64;
/** By text: the same few files are asked every two seconds. */
const parsed = new Map<string, unknown>();

/** The values of a YAML text, whose keys may be nested or flat (`dolt.mode: server`). A broken text has none that can be had. */
export function readYaml(text: string): YamlValues {
  const root = rootOf(text);
  return (key) => textOf(find(root, key.toLowerCase().split(".")));
}

function rootOf(text: string): unknown {
  if (text.length > LIMIT || !/^[^#\s]/m.test(text)) return undefined;
  if (!parsed.has(text)) {
    if (parsed.size >= KEPT) parsed.clear();
    parsed.set(text, parse(text));
  }
  return parsed.get(text);
}

function parse(text: string): unknown {
  try {
    return parseDocument(text, { logLevel: "silent", uniqueKeys: false }).toJS();
  } catch {
    return undefined;
  }
}

function find(node: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return node;
  if (typeof node !== "object" || node === null) return undefined;
  const entries = Object.entries(node);
  for (let length = path.length; length > 0; length -= 1) {
    const name = path.slice(0, length).join(".");
    const value = entries.find(([key]) => key.toLowerCase() === name)?.[1] as unknown;
    const found = value === undefined ? undefined : find(value, path.slice(length));
    if (found !== undefined) return found;
  }
  return undefined;
}
