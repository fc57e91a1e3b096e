import { wrapAnsi } from "fast-wrap-ansi";
import type { Output } from "../output.ts";

const WIDEST = 88;
const NARROWEST = 20;
/** From this width on there is a column for who does something. */
const ROOMY = 60;
const WHO = 10;
const LEFT = 24;

/** Prose and lines on a terminal of any width. */
export interface Screen {
  /** An empty line. */
  gap(): void;
  /** A paragraph, `indent` columns from the left; its further lines by `hanging` more. */
  say(text: string, indent?: number, hanging?: number): void;
  /** A line of a table with two columns, the first one painted. */
  row(left: string, right: string, paint?: (text: string) => string): void;
  /** What somebody does or notices. */
  cue(who: string, text: string): void;
}

/** @param columns width of the terminal as of now; undefined when there is none */
export function createScreen(output: Output, columns: () => number | undefined): Screen {
  const width = (): number => Math.max(NARROWEST, Math.min(WIDEST, columns() ?? 80)) - 1;
  const wrapped = (text: string, room: number, first: string, rest: string): void => {
    const lines = wrapAnsi(text, room, { hard: true, trim: true }).split("\n");
    for (const [index, line] of lines.entries()) output.out((index === 0 ? first : rest) + line);
  };
  const say: Screen["say"] = (text, indent = 0, hanging = 0) =>
    wrapped(text, width() - indent - hanging, " ".repeat(indent), " ".repeat(indent + hanging));
  return {
    gap: () => output.out(""),
    say,
    row: (left, right, paint = (text) => text) =>
      say(`${paint(left.padEnd(width() < ROOMY ? 0 : LEFT))} ${right}`, 1, 2),
    cue(who, text) {
      const name = output.style(styleOf(who), who);
      if (width() < ROOMY) return wrapped(`${name} ${text}`, width() - 3, " ", "   ");
      wrapped(text, width() - 4 - WHO, `    ${name}${" ".repeat(Math.max(1, WHO - who.length))}`, " ".repeat(4 + WHO));
    },
  };
}

function styleOf(who: string): Parameters<Output["style"]>[0] {
  if (who === "watcher") return "cyan";
  return who.includes("LANDED") ? ["bold", "green"] : "magenta";
}
