/** What an agent may write to change a terminal, forge a line or hide text. */
export const EVIL: readonly string[] = [
  "\u001B[2J\u001B[31mred",
  "\u001B]8;;https://evil.example\u0007link\u001B]8;;\u0007",
  "\u001B]0;window title\u001B\\",
  "\u001BP1;1|21/00\u001B\\",
  "\u009B31mC1",
  "\u0090q#0\u009C",
  "line\n✓ hq-cv-forged landed",
  "carriage\rreturn",
  "back\b\b\b\bspace",
  "bell\u0007null\u0000del\u007F",
  "\u202Etxet desrever\u202C \u2066isolate\u2069",
  "zero\u200Bwidth\u2060\uFEFF",
  "line\u2028and paragraph\u2029separators",
  "lone \uD800 surrogate",
  "tag\u{E0041}\u{E0042}s",
  `long ${"x".repeat(480)}`,
];

/** Nothing that a terminal obeys, that breaks a line, or that hides or turns text. */
export const UNSAFE: RegExp =
  // eslint-disable-next-line no-control-regex
  /[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u061C\u200B-\u200F\u2028-\u202E\u2060-\u206F\uFEFF\uFFF9-\uFFFB]|\p{Cs}|[\u{E0000}-\u{E007F}]/u;
