import { setTimeout as sleep } from "node:timers/promises";
import { systemClock } from "@gastown/convoy-watcher";
import { createLedgerReader, type LedgerRecord, stateDirOf } from "@gastown/convoy-watcher/host";
import { takeSignals } from "@gastown/host-kit";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, safeJson } from "../output.ts";
import { townOf } from "../town.ts";
import { wrap } from "../views/layout.ts";
import { logLine } from "../views/log-text.ts";

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
  const town = townOf(options);
  const read = createLedgerReader(stateDirOf(town));
  const since = options.since === undefined ? 0 : systemClock.wall() - options.since;
  // The rest is what a watcher notes for the next one.
  const news = (): LedgerRecord[] =>
    read()
      .filter((line): line is LedgerRecord => ["landed", "stuck", "closed"].includes(line.kind))
      .filter((line) => Date.parse(line.time) >= since && (convoy === undefined || line.convoy === convoy));
  const print = (entry: LedgerRecord): void => {
    if (options.json) {
      const { kind, ...fields } = entry;
      return output.out(safeJson({ ...fields, event: kind }));
    }
    const line = logLine(entry);
    if (line === undefined) return;
    const room = output.columns();
    for (const text of wrap(line.text, room, " ".repeat(room !== undefined && room < NARROW ? 4 : 22)))
      output.out(line.style === undefined ? text : output.style(line.style, text));
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
