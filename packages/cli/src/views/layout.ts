import measure from "fast-string-truncated-width";

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
