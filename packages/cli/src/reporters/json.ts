import type { Reporter } from "@gastown/convoy-core";
import type { Output } from "../output.ts";

/** Controls beyond ASCII (a terminal may obey them), bidi marks, separators and invisible characters. */
const UNSAFE =
  /[\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|\u{E0001}|[\u{E0020}-\u{E007F}]/gu;

/** JSON that is safe to look at, too: what could change a terminal or hide text is escaped. The value is the same. */
export function safeJson(value: unknown, indent?: number): string {
  return JSON.stringify(value, undefined, indent).replace(UNSAFE, escaped);
}

function escaped(text: string): string {
  let codes = "";
  for (let at = 0; at < text.length; at += 1) codes += `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
  return codes;
}

/** One JSON object a line. */
export function createJsonReporter(output: Output): Reporter {
  return (record) => output.out(safeJson({ time: new Date().toISOString(), ...record }));
}
