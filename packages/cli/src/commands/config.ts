import { existsSync } from "node:fs";
import { printable } from "@gastown/convoy-core";
import { readSettings, settingsFileOf } from "@gastown/convoy-watcher";
import {
  allSettings,
  findTool,
  parseSettingsFile,
  type Setting,
  type SettingName,
  settingsJsonSchema,
} from "@gastown/convoy-watcher/host";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, type Output, pad, safeJson, width, wrap } from "../output.ts";
import { townOf } from "../town.ts";

export interface ConfigOptions extends CommonOptions {
  readonly schema?: true;
}

/** A setting as it holds here, written as in the file; null when there is none. */
interface Effective {
  readonly key: SettingName;
  readonly value: unknown;
  readonly from: "settings" | "default" | "PATH" | "nothing";
}

/** The settings in force, where each comes from, and where to change them. */
export async function configCommand(options: ConfigOptions): Promise<number> {
  const output = createOutput(options.color);
  if (options.schema) {
    output.out(JSON.stringify(settingsJsonSchema(), undefined, 2));
    return EXIT.done;
  }
  const town = townOf(options);
  const file = settingsFileOf(town);
  // For its faults: what is shown is what is written there.
  readSettings(town);
  const given = parseSettingsFile(file) as Readonly<Record<string, unknown>>;
  const settings = allSettings().map(([key, setting]) => effective(key, setting, given));
  const exists = existsSync(file);
  if (options.json) output.out(safeJson({ town, file, exists, settings }, 2));
  else for (const line of lines(file, exists, settings, output)) output.out(line);
  return EXIT.done;
}

function effective(key: SettingName, setting: Setting, given: Readonly<Record<string, unknown>>): Effective {
  if (Object.hasOwn(given, key)) return { key, value: given[key], from: "settings" };
  if (setting.kind === "path") {
    const found = findTool(setting.program, undefined, process.env["PATH"], process.cwd());
    return { key, value: found ?? null, from: found === undefined ? "nothing" : "PATH" };
  }
  if ("byDefault" in setting && setting.byDefault !== undefined)
    return { key, value: setting.byDefault, from: "default" };
  return setting.otherwise === undefined || setting.otherwise === "none"
    ? { key, value: null, from: "nothing" }
    : { key, value: setting.otherwise.replaceAll(/[`"]/g, ""), from: "default" };
}

function lines(file: string, exists: boolean, settings: readonly Effective[], { columns, style }: Output): string[] {
  const room = columns();
  const texts = settings.map(({ value }) => printable(textOf(value), 300));
  const names = Math.max(...settings.map(({ key }) => key.length));
  const values = Math.min(30, Math.max(...texts.map(width)));
  const rows = settings.flatMap(({ key, from }, at) => {
    const origin = from === "nothing" ? "" : from === "settings" ? "from the file" : from;
    const row = `  ${pad(key, names)}  ${pad(texts[at] ?? "", values)}  ${origin}`.trimEnd();
    const wrapped = wrap(row, room, " ".repeat(names + 4));
    return from === "settings" ? wrapped.map((line) => style("bold", line)) : wrapped;
  });
  const advice =
    '`convoy-cli config --schema > convoy-watcher.schema.json` beside it, and `"$schema": "./convoy-watcher.schema.json"` in it, let an editor check it.';
  return [
    ...wrap(`${printable(file)}${exists ? "" : " (not there: everything is at its default)"}`, room, "  "),
    ...rows,
    ...wrap(advice, room).map((line) => style("dim", line)),
  ];
}

function textOf(value: unknown): string {
  if (value === null) return "none";
  if (typeof value === "string") return value;
  const isPlain = Array.isArray(value) && value.every((word) => /^[\w-]+$/.test(String(word)));
  return isPlain ? value.join(",") : JSON.stringify(value);
}
