import { printable, type WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { asciiOnly, type Output, toAscii } from "../output.ts";
import { cut, inWords, width } from "../views/layout.ts";
import { createWatchState, type WatchState } from "./watch-state.ts";

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

/** A line at the bottom of a terminal that says how things stand, while other lines scroll past above it. */
export interface StatusLine {
  /** Writes above the line. */
  readonly output: Output;
  note(record: WatchRecord): void;
  /** Takes the line away for good. */
  close(): void;
}

const NARROWEST = 16;
const TICK = 1_000;

/**
 * Clears the line the cursor is in, and the rows below that a narrower window has wrapped it into. Row by row: tmux takes
 * a screen that is cleared at once into its history.
 */
function erasing(text: string, columns: number): string {
  const more = Math.ceil(width(text) / Math.max(1, columns)) - 1;
  return `\r\u001B7\u001B[2K${"\u001B[B\u001B[2K".repeat(Math.min(more, 20))}\u001B8`;
}

/** Without wrapping: the window may have become narrower, and we not yet have been told. */
const unwrapped = (text: string): string => `\u001B[?7l${text}\u001B[?7h`;

/** Whether stdout is a terminal that can take back what was written. */
export function hasStatusLine(
  stream: NodeJS.WriteStream = process.stdout,
  env: NodeJS.ProcessEnv = process.env,
): boolean {
  return stream.isTTY && env["TERM"] !== "dumb" && env["TERM"] !== "" && env["TERM"] !== undefined;
}

/**
 * The cursor stays at the start of the status line: there it is found again however the terminal has wrapped the line
 * since, and whatever is written over it starts where it should.
 */
export function createStatusLine(output: Output, stream: NodeJS.WriteStream = process.stdout): StatusLine {
  const state = createWatchState();
  const ascii = asciiOnly();
  let shown = "";
  let pending: NodeJS.Immediate | undefined;
  let closed = false;

  const erase = (): void => {
    if (shown !== "") stream.write(erasing(shown, stream.columns || 80));
    shown = "";
  };
  const draw = (): void => {
    clearImmediate(pending);
    pending = undefined;
    const columns = (stream.columns || 80) - 1;
    const text = closed || columns < NARROWEST ? "" : statusText(state, systemClock.wall(), columns);
    if (text === shown) return;
    erase();
    if (text !== "") stream.write(`${unwrapped(output.style("dim", ascii ? toAscii(text) : text))}\r`);
    shown = text;
  };
  const soon = (): void => {
    pending ??= setImmediate(draw);
  };
  const above = (write: (line: string) => void) => (line: string) => {
    erase();
    write(line);
    soon();
  };
  const onResize = (): void => {
    erase();
    draw();
  };
  const onSuspend = (): void => {
    erase();
    process.kill(process.pid, "SIGSTOP");
  };

  const ticker = setInterval(draw, TICK).unref();
  stream.on("resize", onResize);
  process.on("SIGTSTP", onSuspend).on("SIGCONT", draw).on("exit", erase);

  return {
    output: { ...output, out: above(output.out), err: above(output.err) },
    note(record) {
      state.note(record, systemClock.wall());
      soon();
    },
    close() {
      closed = true;
      clearInterval(ticker);
      clearImmediate(pending);
      erase();
      stream.off("resize", onResize);
      process.off("SIGTSTP", onSuspend).off("SIGCONT", draw).off("exit", erase);
    },
  };
}
