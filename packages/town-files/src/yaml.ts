import { parseDocument } from "yaml";

/** Looks a value up by its path; undefined where there is none. */
export type YamlValues = (...path: readonly string[]) => unknown;

/** The values of a YAML text. A broken text has those that stand before the break. */
export function readYaml(text: string): YamlValues {
  const document = parseDocument(text.replace(/^\uFEFF/, ""), { logLevel: "silent" });
  return (...path) => document.getIn(path);
}
