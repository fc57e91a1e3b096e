import { printable } from "@gastown/convoy-core";
import type { LedgerRecord } from "@gastown/convoy-watcher/host";
import { timestamp } from "../reporters/text.ts";
import { type Line, lengthInWords, named, untoldInWords } from "../reporters/words.ts";
import { plural } from "./layout.ts";

/** A line of the log in words; undefined for what only the watcher itself needs. */
export function logLine(entry: LedgerRecord): Line | undefined {
  const { time, convoy, title, kind } = entry;
  const text = (value: unknown): string => (typeof value === "string" ? printable(value) : "");
  const said = SAYS[kind]?.(entry);
  if (said === undefined) return undefined;
  const name = named({ convoy: text(convoy), title: text(title) });
  const { mark, words, style } = said;
  return { text: `${timestamp("local", new Date(time))}${mark} ${name} ${words}`, ...(style && { style }) };
}

interface Said {
  readonly mark: string;
  readonly words: string;
  readonly style?: Line["style"];
}

const SAYS: Readonly<Record<string, (entry: LedgerRecord) => Said>> = {
  landed({ by, ms, closedAfter, toldMs, told, untold }) {
    const after =
      typeof closedAfter === "number"
        ? `${lengthInWords(closedAfter)} after its last issue was closed`
        : typeof ms === "number"
          ? `${lengthInWords(ms)} after it was found complete`
          : undefined;
    const telling = typeof toldMs === "number" && typeof ms === "number" ? toldMs - ms : undefined;
    const parts = [
      `landed by ${typeof by === "string" ? printable(by, 20) : "?"}`,
      ...(after === undefined ? [] : [after]),
      ...(telling === undefined || telling < 1_000 ? [] : [`gt took ${lengthInWords(telling)} to tell people`]),
      ...(typeof told === "string" ? [toldInWords(told, untold)] : []),
    ];
    const isUntold = typeof told === "string" && told !== "told" && told !== "cannot be known";
    return { mark: isUntold ? "!" : "✓", words: parts.join(", "), style: isUntold ? "red" : "green" };
  },
  stuck: ({ attempts, output }) => ({
    mark: "✗",
    words: `is stuck after ${plural(Number(attempts), "attempt")}; gt said: ${lastLine(output)}`,
    style: "red",
  }),
  closed: ({ by, done, total }) => ({
    mark: "·",
    words: `was closed by ${typeof by === "string" ? printable(by, 80) : "somebody else"} with ${Number(done)} of ${Number(total)} tracked issues closed`,
  }),
};

function toldInWords(told: string, untold: unknown): string {
  if (told === "told") return "everybody was told";
  if (told === "cannot be known") return "whether everybody was told cannot be known";
  return untoldInWords(Array.isArray(untold) ? untold.map(String) : []);
}

function lastLine(output: unknown): string {
  return typeof output === "string" ? printable(output.trimEnd().split("\n").at(-1) ?? "", 300) : "";
}
