import { printable } from "@gastown/convoy-core";
import { inWords } from "../views/in-words.ts";
import { cut, width } from "../views/layout.ts";
import type { WatchState } from "./watch-state.ts";

const SEPARATOR = " · ";

/** The status in one line of at most so many columns; what matters least is left out first. */
export function statusText(state: WatchState, now: number, columns: number): string {
  const parts = partsOf(state, now);
  for (const part of [...parts].sort((one, other) => other.rank - one.rank)) {
    if (width(lineOf(parts)) <= columns || parts.length === 1) break;
    parts.splice(parts.indexOf(part), 1);
  }
  return cut(lineOf(parts), columns);
}

interface Part {
  readonly text: string;
  /** The higher, the sooner it is left out. */
  readonly rank: number;
}

function lineOf(parts: readonly Part[]): string {
  return parts.map(({ text }) => text).join(SEPARATOR);
}

function partsOf(state: WatchState, now: number): Part[] {
  const part = (rank: number, text: string | undefined): Part[] => (text === undefined ? [] : [{ rank, text }]);
  const ago = (what: string, at: number | undefined): string | undefined =>
    at === undefined ? undefined : `${what} ${inWords(now - at)} ago`;
  const nearest = state.nearest();
  return [
    ...part(0, state.watching ? `${state.open ?? 0} open` : "starting"),
    ...part(1, state.stuck > 0 ? `${state.stuck} stuck` : undefined),
    ...part(2, state.closing === undefined ? undefined : `closing ${printable(state.closing, 40)}`),
    ...part(3, nearest && `nearest ${printable(nearest.convoy, 40)} ${nearest.done}/${nearest.total}`),
    ...part(areAllUp(state.sources) ? 4 : 1, sourcesInWords(state.sources)),
    ...part(5, ago("close", state.heardAt)),
    ...part(6, ago("sweep", state.sweptAt)),
  ];
}

function areAllUp(sources: ReadonlyMap<string, string>): boolean {
  return [...sources.values()].every((state) => state === "up");
}

function sourcesInWords(sources: ReadonlyMap<string, string>): string | undefined {
  if (sources.size === 0) return undefined;
  const by = (wanted: (state: string) => boolean): string[] =>
    [...sources].filter(([, state]) => wanted(state)).map(([name]) => printable(name, 20));
  const [up, down] = [by((state) => state === "up"), by((state) => state !== "up")];
  return [
    ...(up.length > 0 ? [`${up.join(", ")} up`] : []),
    ...(down.length > 0 ? [`${down.join(", ")} down`] : []),
  ].join(", ");
}
