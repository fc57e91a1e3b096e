import { styleText } from "node:util";
import measure from "fast-string-truncated-width";

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
  return text.replace(/\P{ASCII}+/gu, (run) => [...run].map((sign) => TWINS[sign] ?? "?".repeat(width(sign))).join(""));
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

const UNITS = [
  [86_400_000, "day", "days"],
  [3_600_000, "h", "h"],
  [60_000, "min", "min"],
  [1_000, "s", "s"],
] as const;

/** A length of time as people say it: `3 h`, `2 days`, `12 s`. Two days are not forty hours: from two of a unit on, that unit. */
export function inWords(ms: number): string {
  const [size, one, many] = UNITS.find(([unit]) => ms >= unit * (unit === 86_400_000 ? 2 : 1)) ?? UNITS[3];
  const count = Math.max(0, Math.floor(ms / size));
  return `${count} ${count === 1 ? one : many}`;
}

/** The same to a tenth of a second, and in milliseconds, where it is short. */
export function lengthInWords(ms: number): string {
  if (ms < 1_000) return `${ms} ms`;
  return ms < 60_000 ? `${(ms / 1_000).toFixed(1)} s` : inWords(ms);
}

/** How long something has been so, or nothing when that is not known; a time in the future is `0 s`. */
export function sinceInWords(time: string | null, now: number): string | undefined {
  return time === null ? undefined : inWords(now - Date.parse(time));
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Made when a text is cut: loading what it knows of scripts takes 20 ms, a ninth of what a command takes. */
let graphemes: Intl.Segmenter | undefined;

/** Columns that a text takes up. */
export function width(text: string): number {
  return measure(text).width;
}

/** The text, cut to so many columns with a mark where it was cut. */
export function cut(text: string, columns: number): string {
  if (columns <= 0) return "";
  if (width(text) <= columns) return text;
  let kept = "";
  let left = columns - 1;
  for (const { segment } of (graphemes ??= new Intl.Segmenter()).segment(text)) {
    left -= width(segment);
    if (left < 0) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}

/** The text, filled up with blanks to so many columns. */
export function pad(text: string, columns: number): string {
  return text + " ".repeat(Math.max(0, columns - width(text)));
}

/** A bar of so many signs; full only when all is done, and empty only when nothing is. */
export function bar(done: number, total: number, size: number): string {
  const part = total === 0 ? 0 : Math.round((done / total) * size);
  const full = done === total ? (total === 0 ? 0 : size) : Math.min(size - 1, Math.max(done > 0 ? 1 : 0, part));
  return "█".repeat(full) + "░".repeat(size - full);
}

/** Lines of at most so many columns, broken between words; a word that is longer is left to the terminal. */
export function wrap(text: string, columns: number | undefined, indent = ""): string[] {
  if (columns === undefined || width(text) <= columns) return [text];
  const [start = ""] = /^ */.exec(text) ?? [];
  const lines: string[] = [];
  let line = start;
  for (const word of text.slice(start.length).split(" ")) {
    const longer = line.trim() === "" ? line + word : `${line} ${word}`;
    if (line.trim() !== "" && width(longer) > columns) {
      lines.push(line);
      line = indent + word;
    } else line = longer;
  }
  return [...lines, line];
}
