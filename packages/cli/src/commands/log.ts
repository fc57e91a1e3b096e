import { setTimeout as sleep } from "node:timers/promises";
import { printable } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { createLedgerReader, type LedgerRecord, stateDirOf } from "@gastown/convoy-watcher/host";
import { takeSignals } from "@gastown/host-kit";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, lengthInWords, plural, safeJson, type Style, wrap } from "../output.ts";
import { timestamp } from "../reporters/text.ts";
import { afterWhat, untoldInWords } from "../reporters/words.ts";
import { townOf } from "../town.ts";
import { named } from "../views/convoy-text.ts";

export interface LogOptions extends CommonOptions {
  /** Milliseconds. */
  readonly since?: number;
  readonly follow?: true;
}

/** How often the ledger is looked at for more, in milliseconds. */
const LOOK = 500;
/** From so few columns on, what follows does not begin below the text of a line, but near its start. */
const NARROW = 60;

/** What has become of the convoys of a town, from the watcher's ledger. Only reads. */
export async function logCommand(convoy: string | undefined, options: LogOptions): Promise<number> {
  const output = createOutput(options.color);
  const read = createLedgerReader(stateDirOf(townOf(options)));
  const since = options.since === undefined ? 0 : systemClock.wall() - options.since;
  // The rest is what a watcher notes for the next one.
  const news = (): LedgerRecord[] =>
    read()
      .filter((line): line is LedgerRecord => Object.hasOwn(SAYS, line.kind))
      .filter((line) => Date.parse(line.time) >= since && (convoy === undefined || line.convoy === convoy));
  const print = (entry: LedgerRecord): void => {
    const { kind, ...fields } = entry;
    if (options.json) return output.out(safeJson({ ...fields, event: kind }));
    const room = output.columns();
    const { text, style } = logLine(entry);
    for (const line of wrap(text, room, " ".repeat(room !== undefined && room < NARROW ? 4 : 22)))
      output.out(style === undefined ? line : output.style(style, line));
  };
  const first = news();
  first.forEach(print);
  if (!options.follow) {
    if (first.length === 0 && !options.json)
      output.err("nothing logged yet; a watcher logs what lands, gets stuck or is closed");
    return EXIT.done;
  }
  const stopping = takeSignals({ boundToOutput: true });
  while (!stopping.stop.aborted) {
    await sleep(LOOK, undefined, { signal: stopping.stop }).catch(() => undefined);
    news().forEach(print);
  }
  stopping.dispose();
  return stopping.exitCode();
}

interface Said {
  readonly mark: string;
  readonly words: string;
  readonly style?: Style;
}

function logLine(entry: LedgerRecord): { readonly text: string; readonly style: Style | undefined } {
  const { mark, words, style } = SAYS[entry.kind as keyof typeof SAYS](entry);
  const name = named({ convoy: textOf(entry.convoy), title: textOf(entry.title) });
  return { text: `${timestamp("local", new Date(entry.time))}${mark} ${name} ${words}`, style };
}

const SAYS = {
  landed({ by, ms, closedAfter, toldMs, told, untold }): Said {
    const telling = typeof toldMs === "number" && typeof ms === "number" ? toldMs - ms : 0;
    const parts = [
      `landed by ${typeof by === "string" ? printable(by, 20) : "?"}`,
      afterWhat({ ms, closedAfter }),
      telling < 1_000 ? "" : `gt took ${lengthInWords(telling)} to tell people`,
      typeof told === "string" ? toldInWords(told, untold) : "",
    ];
    const isUntold = typeof told === "string" && told !== "told" && told !== "cannot be known";
    return {
      mark: isUntold ? "!" : "✓",
      words: parts.filter((part) => part !== "").join(", "),
      style: isUntold ? "red" : "green",
    };
  },
  stuck({ attempts, output }): Said {
    const last = typeof output === "string" ? printable(output.trimEnd().split("\n").at(-1) ?? "", 300) : "";
    const words = `is stuck after ${plural(Number(attempts), "attempt")}; gt said: ${last}`;
    return { mark: "✗", words, style: "red" };
  },
  closed({ by, done, total }): Said {
    const who = typeof by === "string" ? printable(by, 80) : "somebody else";
    return { mark: "·", words: `was closed by ${who} with ${Number(done)} of ${Number(total)} tracked issues closed` };
  },
} satisfies Readonly<Record<string, (entry: LedgerRecord) => Said>>;

function toldInWords(told: string, untold: unknown): string {
  if (told === "told") return "everybody was told";
  if (told === "cannot be known") return "whether everybody was told cannot be known";
  return untoldInWords(Array.isArray(untold) ? untold.map(String) : []);
}

/** What others may have written into the ledger is of any type. */
function textOf(value: unknown): string {
  return typeof value === "string" ? printable(value) : "";
}
