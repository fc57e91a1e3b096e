import { printable } from "@gastown/convoy-core";
import type { Output } from "../output.ts";
import { colourOf, stateInShort } from "./convoy-view.ts";
import { bar, cut, pad, width } from "./layout.ts";
import type { ConvoyView } from "./views.ts";

/** From so many columns on, a convoy is one line. */
const WIDE = 100;
const LONGEST_ID = 32;
const BAR = 10;
const TITLE = 60;

/** Convoys with their progress: a line each, or two where there is little room. */
export function listLines(convoys: readonly ConvoyView[], { columns, style }: Output, now: number): string[] {
  const room = columns();
  const ids = convoys.map(({ convoy }) => cut(printable(convoy), LONGEST_ID));
  const counts = convoys.map(({ done, total }) => `${done}/${total}`);
  const size = room !== undefined && room < 60 ? 5 : BAR;
  const [idWidth, countWidth] = [widest(ids), widest(counts)];
  const titles = convoys.map(({ title }) => printable(title, TITLE));
  const titleWidth = Math.min(
    widest(titles),
    room === undefined || room >= WIDE ? Math.floor(((room ?? 200) - idWidth) / 3) : TITLE,
  );

  return convoys.flatMap((convoy, at) => {
    const id = pad(ids[at] ?? "", idWidth);
    const progress = bar(convoy.done, convoy.total, size);
    const head = `${id}  ${progress}  ${(counts[at] ?? "").padStart(countWidth)}  `;
    const state = stateInShort(convoy, now);
    const colour = colourOf(convoy);
    const coloured = (text: string): string => (colour === undefined ? text : style(colour, text));
    const start = `${style("bold", id)}  ${coloured(progress)}  ${(counts[at] ?? "").padStart(countWidth)}  `;
    const title = titles[at] ?? "";
    if (room === undefined) return [`${start}${pad(cut(title, titleWidth), titleWidth)}  ${state}`.trimEnd()];
    if (room >= WIDE) {
      const left = room - width(head) - titleWidth - 2;
      return [`${start}${pad(cut(title, titleWidth), titleWidth)}  ${coloured(cut(state, left))}`];
    }
    return [`${start}${cut(title, room - width(head))}`.trimEnd(), `  ${style(colour ?? "dim", cut(state, room - 2))}`];
  });
}

/** A line for each convoy, with tabs between its fields and nothing cut: id, verdict, done, total, title, state in words. */
export function tableLines(convoys: readonly ConvoyView[], now: number): string[] {
  return convoys.map((convoy) =>
    [
      printable(convoy.convoy),
      convoy.stuck === null ? convoy.verdict : "stuck",
      convoy.done,
      convoy.total,
      printable(convoy.title, 10_000),
      stateInShort(convoy, now),
    ].join("\t"),
  );
}

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(width));
}
