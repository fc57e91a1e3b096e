/* eslint-disable no-control-regex */
const ESCAPES = /[\u001B\u009B](?:\][^\u0007\u001B]*(?:\u0007|\u001B\\)?|[[(]?[0-?]*[ -/]*[@-~])/gu;
// Controls, line and paragraph separators, bidi marks and overrides, and invisible characters that hide text.
const UNSAFE = /[\u0000-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]|\u{E0001}|[\u{E0020}-\u{E007F}]/gu;

/**
 * Text that an agent wrote, made safe for a terminal: no escape sequence, control character, line break or
 * direction override is left, so that it can neither change the terminal nor forge a line.
 */
export function printable(text: string, limit = 500): string {
  const clean = text.replace(ESCAPES, "").replace(/[\r\n\t]+/g, " ").replace(UNSAFE, "");
  const characters = [...clean];
  return characters.length > limit ? `${characters.slice(0, limit - 1).join("")}…` : clean;
}
