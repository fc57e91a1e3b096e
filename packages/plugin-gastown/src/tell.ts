import { printable, type WatchRecord } from "@gastown/convoy-core";
import type { PluginContext, PluginLogger } from "./contract.ts";

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

/** Tells other programs of what they may want to act on. */
export function tellOthers(context: Pick<PluginContext, "emit">, record: WatchRecord): void {
  if (record.event === "landed") {
    const { convoy, title, ms, by } = record;
    context.emit({ type: "convoy.closed", subject: convoy, payload: { title, ms, by } });
  } else if (record.event === "stuck") {
    const { convoy, title, attempts, output } = record;
    context.emit({ type: "convoy.stuck", subject: convoy, payload: { title, attempts, output } });
  }
}
