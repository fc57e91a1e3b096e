import type { WatchRecord } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { asciiOnly, type Output, toAscii, width } from "../output.ts";
import { createWatchState, statusText } from "./status-text.ts";

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
    // Without wrapping: the window may have become narrower, and we not yet have been told.
    if (text !== "") stream.write(`\u001B[?7l${output.style("dim", ascii ? toAscii(text) : text)}\u001B[?7h\r`);
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
