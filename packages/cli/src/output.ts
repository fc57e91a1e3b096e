import { styleText } from "node:util";
import getStringWidth from "fast-string-truncated-width";

type Environment = Readonly<Record<string, string | undefined>>;

/** Whether the locale that the environment asks for can show more than ASCII. */
export function isUtf8(env: Environment, platform: NodeJS.Platform = process.platform): boolean {
  const locale = env["LC_ALL"] || env["LC_CTYPE"] || env["LANG"] || "";
  return platform === "win32" || /utf-?8/i.test(locale);
}

const TWINS: Readonly<Record<string, string>> = {
  "█": "#",
  "░": ".",
  "✓": "+",
  "✗": "x",
  "…": "~",
  "·": "-",
  "—": "-",
  "→": ">",
  "▸": ">",
};

/** The same in ASCII and of the same width: our own signs by their twins, anything else by question marks. */
export function toAscii(text: string): string {
  return text.replace(/\P{ASCII}+/gu, (run) =>
    [...run].map((sign) => TWINS[sign] ?? "?".repeat(getStringWidth(sign).width)).join(""),
  );
}

/** What a text becomes for a terminal that may show ASCII only, or be no better than a printer. */
export function signsFor(env: Environment): (text: string) => string {
  return isUtf8(env) && env["TERM"] !== "dumb" ? (text) => text : toAscii;
}

export type Style = Parameters<typeof styleText>[0];

/** Where a command writes: records to stdout, messages to stderr. */
export interface Output {
  out(line: string): void;
  err(line: string): void;
  /** Styles text for stdout, when it goes to a terminal that wants colour. */
  style(style: Style, text: string): string;
  /** Columns of the terminal that stdout is; undefined when it is none, and nothing has to be cut. */
  columns(): number | undefined;
}

const FALLBACK_COLUMNS = 80;

export function createOutput(color: boolean): Output {
  const ascii = asciiOnly();
  const encoder = (stream: NodeJS.WriteStream) => (line: string) => (ascii && stream.isTTY ? toAscii(line) : line);
  const [forOut, forErr] = [encoder(process.stdout), encoder(process.stderr)];
  return {
    out: (line) => void process.stdout.write(`${forOut(line)}\n`),
    err: (line) => void process.stderr.write(`${forErr(line)}\n`),
    style: (style, text) => (color ? styleText(style, text, { stream: process.stdout }) : text),
    columns: () => (process.stdout.isTTY ? process.stdout.columns || FALLBACK_COLUMNS : undefined),
  };
}

/** Whether a terminal can be expected to show ASCII only. */
export function asciiOnly(): boolean {
  return !isUtf8(process.env);
}

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
