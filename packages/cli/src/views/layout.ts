import measure from "fast-string-truncated-width";

const GRAPHEMES = new Intl.Segmenter();

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
  for (const { segment } of GRAPHEMES.segment(text)) {
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
