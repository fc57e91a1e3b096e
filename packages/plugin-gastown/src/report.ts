import { printable, type WatchRecord } from "@gastown/convoy-core";
import type { WatcherStatus } from "@gastown/convoy-watcher";
import type { PluginContext, PluginLogger } from "@gastown/plugin-api";

/** Writes a record to the log of the host, in words; agents wrote some of them. */
export function logRecord(logger: PluginLogger, record: WatchRecord): void {
  const { event, ...fields } = record;
  switch (record.event) {
    case "landed":
      return logger.info(`${record.convoy} "${printable(record.title)}" landed: all tracked issues closed`, {
        ms: record.ms,
      });
    case "stuck":
      return logger.error(`${record.convoy} "${printable(record.title)}" is stuck: ${printable(record.output)}`, {
        attempts: record.attempts,
      });
    case "warning":
      return logger.warn(printable(record.message), record.hint === undefined ? {} : { hint: printable(record.hint) });
    case "source":
      return record.state === "up"
        ? logger.info(`${record.name}: up`)
        : logger.warn(`${record.name}: ${record.state}`, { detail: printable(record.detail ?? "") });
    case "watching":
      return logger.info(`watching ${record.convoys} open convoys (${record.sources.join(", ")})`);
    case "hello":
    case "stopped":
      return logger.info(event, fields);
    default:
      return logger.debug(event, fields);
  }
}

/** Tells other plugins and programs of what they may want to act on: docs/reference/events.md. */
export function tellOthers({ emit }: Pick<PluginContext, "emit">, record: WatchRecord): void {
  switch (record.event) {
    case "landed": {
      const { convoy, title, ms, by, told = null, untold = [] } = record;
      emit({ type: "convoy.closed", subject: convoy, payload: { title, by: "us" } });
      emit({ type: "convoy.landed", subject: convoy, payload: { title, ms, by, told } });
      if (untold.length > 0)
        emit({ type: "convoy.untold", subject: convoy, payload: { title, untold, said: record.said ?? null } });
      return;
    }
    case "closed": {
      const { convoy, title, by, done, total, open } = record;
      return emit({ type: "convoy.closed", subject: convoy, payload: { title, by, done, total, open } });
    }
    case "stuck": {
      const { convoy, title, attempts, output } = record;
      return emit({ type: "convoy.stuck", subject: convoy, payload: { title, attempts, output } });
    }
    case "waiting": {
      const { convoy, title, done, total, open, unknown } = record;
      return emit({ type: "convoy.waiting", subject: convoy, payload: { title, done, total, open, unknown } });
    }
    default:
  }
}

/** The status of a watcher as a person reads it, a line for each. */
export function summaryOf(status: WatcherStatus, rival: string | undefined): Readonly<Record<string, string>> {
  const { lastHint, lastSweep, landed, lastLanded, stuck, sources } = status;
  const last = lastLanded === undefined ? "" : `, last ${lastLanded.convoy} "${lastLanded.title}" at ${lastLanded.at}`;
  const stuckOnes = Object.entries(stuck).map(
    ([id, { attempts, output }]) => `${id} after ${attempts} tries: ${output}`,
  );
  const states = Object.entries(sources).map(
    ([name, one]) => `${name} ${one.state}${one.detail ? ` (${one.detail})` : ""}`,
  );
  const lines = {
    "last hint": lastHint === undefined ? "none yet" : `${lastHint.issue} (${lastHint.source}) at ${lastHint.at}`,
    "last sweep":
      lastSweep === undefined
        ? "none yet"
        : `${lastSweep.convoys} open convoys in ${Math.round(lastSweep.ms)} ms at ${lastSweep.at}`,
    landed: `${landed}${last}`,
    stuck: stuckOnes.join("; ") || "none",
    sources: states.join(", ") || "none yet",
    "rival daemon": rival ?? "none",
  };
  return Object.fromEntries(Object.entries(lines).map(([name, text]) => [name, printable(text, 1_000)]));
}
