/* eslint-disable no-control-regex */
// Strings for the terminal (titles, links) with what is in them, control sequences, other escapes.
const ESCAPES =
  /(?:\u001B[\]PX^_]|[\u0090\u0098\u009D-\u009F])[^\u0007\u001B\u009C]*(?:[\u0007\u009C]|\u001B\\)?|(?:\u001B\[|\u009B)[0-?]*[ -/]*[@-~]|\u001B[ -/]*[0-~]/gu;
// Controls, line and paragraph separators, bidi marks and overrides, and invisible characters that hide text.
const UNSAFE =
  /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\u{E0001}|[\u{E0020}-\u{E007F}]/gu;

/**
 * Text that an agent wrote, made safe for a terminal: no escape sequence, control character, line break or
 * direction override is left, so that it can neither change the terminal nor forge a line.
 */
export function printable(text: string, limit = 500): string {
  const clean = text
    .replace(ESCAPES, "")
    .replace(/[\r\n\t]+/g, " ")
    .replace(UNSAFE, "");
  const characters = [...clean];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : clean;
}

const UNITS: Readonly<Record<string, number>> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** The longest time that can be asked for, in milliseconds: a day. */
export const LONGEST_DURATION: number = 24 * 3_600_000;

/**
 * Reads `500ms`, `30s`, `2m`, `1h` into milliseconds; undefined when it is written otherwise. A number without a unit
 * is refused: it means seconds to one and milliseconds to another.
 */
export function parseDuration(text: string): number | undefined {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text) ?? [];
  const ms = Number(number) * (UNITS[unit ?? ""] ?? Number.NaN);
  return Number.isNaN(ms) ? undefined : ms;
}
