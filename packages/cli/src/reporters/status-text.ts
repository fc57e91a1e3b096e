import { printable, type WatchRecord } from "@gastown/convoy-core";
import { cut, inWords, width } from "../output.ts";

interface Progress {
  readonly convoy: string;
  readonly done: number;
  readonly total: number;
}

/** What the status line knows, from the records alone. Times are milliseconds since the epoch. */
export interface WatchState {
  note(record: WatchRecord, now: number): void;
  watching: boolean;
  /** Open convoys, by the last sweep. */
  open: number | undefined;
  /** Convoys that wait and can be judged. */
  readonly progress: Map<string, Progress>;
  /** The convoy for which a command is under way. */
  closing: string | undefined;
  readonly stuck: Set<string>;
  readonly sources: Map<string, string>;
  heardAt: number | undefined;
  sweptAt: number | undefined;
}

export function createWatchState(): WatchState {
  const gone = (convoy: string): void => {
    state.progress.delete(convoy);
    state.stuck.delete(convoy);
    if (state.closing === convoy) state.closing = undefined;
  };
  const state: WatchState = {
    watching: false,
    open: undefined,
    progress: new Map(),
    closing: undefined,
    stuck: new Set(),
    sources: new Map(),
    heardAt: undefined,
    sweptAt: undefined,
    note(record, now) {
      switch (record.event) {
        case "watching":
          state.watching = true;
          state.open = record.convoys;
          break;
        case "source":
          state.sources.set(record.name, record.state);
          break;
        case "close":
          state.heardAt = now;
          break;
        case "sweep":
          state.sweptAt = now;
          state.open = record.convoys;
          break;
        case "waiting":
          gone(record.convoy);
          if (record.unknown === 0) state.progress.set(record.convoy, record);
          break;
        case "checking":
          state.closing = record.convoy;
          break;
        case "stuck":
          gone(record.convoy);
          state.stuck.add(record.convoy);
          break;
        case "landed":
        case "closed":
          gone(record.convoy);
          state.open = Math.max(0, (state.open ?? 1) - 1);
          break;
        case "complete":
        case "skipped":
          gone(record.convoy);
          break;
        default:
      }
    },
  };
  return state;
}

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
  return parts.map(({ text }) => text).join(" · ");
}

function partsOf(state: WatchState, now: number): Part[] {
  const part = (rank: number, text: string | undefined): Part[] => (text === undefined ? [] : [{ rank, text }]);
  const ago = (what: string, at: number | undefined): string | undefined =>
    at === undefined ? undefined : `${what} ${inWords(now - at)} ago`;
  const [nearest] = [...state.progress.values()].sort((one, other) => left(one) - left(other));
  return [
    ...part(0, state.watching ? `${openOf(state)} open` : "starting"),
    ...part(1, state.stuck.size > 0 ? `${state.stuck.size} stuck` : undefined),
    ...part(2, state.closing === undefined ? undefined : `closing ${printable(state.closing, 40)}`),
    ...part(3, nearest && `nearest ${printable(nearest.convoy, 40)} ${nearest.done}/${nearest.total}`),
    ...part(areAllUp(state.sources) ? 4 : 1, sourcesInWords(state.sources)),
    ...part(5, ago("close", state.heardAt)),
    ...part(6, ago("sweep", state.sweptAt)),
  ];
}

/** A convoy made since the last sweep is known by what was said of it. */
function openOf({ open = 0, progress, stuck, closing }: WatchState): number {
  const known = new Set([...progress.keys(), ...stuck, ...(closing === undefined ? [] : [closing])]);
  return Math.max(open, known.size);
}

function left({ done, total }: Progress): number {
  return total - done;
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
