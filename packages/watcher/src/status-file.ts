import { join } from "node:path";
import type { Reporter, SourceState, WatchRecord } from "@gastown/convoy-core";
import { stateDirOf, writeAtomically } from "./state-dir.ts";

const AT_MOST_EVERY = 1_000;

/** What a running watcher says of itself, in `status.json`. Times are ISO 8601. */
export interface WatcherStatus {
  readonly version: string;
  readonly pid: number;
  readonly town: string;
  readonly startedAt: string;
  /** Convoys wait for the merge of their issues, too. */
  readonly gate?: "merge";
  watchingSince?: string;
  stoppedAt?: string;
  /** By name of the source. */
  readonly sources: Record<string, { state: SourceState; detail?: string; since: string }>;
  lastHint?: { at: string; issue: string; source: string };
  lastSweep?: { at: string; convoys: number; complete: number; ms: number };
  landed: number;
  lastLanded?: { at: string; convoy: string; title: string; ms: number };
  /** Convoys that could not be landed, with what gt said. */
  readonly stuck: Record<string, { at: string; attempts: number; output: string }>;
  /** Who else lands convoys in this town. */
  rival?: string;
  /** Warnings so far, the last ten. */
  readonly warnings: { at: string; message: string }[];
}

/** Keeps the status of a running watcher. */
export interface StatusKeeper {
  /** To be told of every record. */
  readonly report: Reporter;
  /** Keeps who else lands convoys here, and hands it on. */
  noteRival(name: string | undefined): string | undefined;
  /** The status as of now. */
  status(): Readonly<WatcherStatus>;
  /** Writes what is not written yet. */
  close(): void;
}

/** Keeps the status by listening to the records, and writes it at most once a second. */
export function createStatusKeeper(
  first: Pick<WatcherStatus, "version" | "pid" | "town" | "startedAt" | "gate">,
  write: boolean,
): StatusKeeper {
  const status: WatcherStatus = { ...first, sources: {}, landed: 0, stuck: {}, warnings: [] };
  const file = join(stateDirOf(first.town), "status.json");
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;

  const flush = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (!write) return;
    writtenAt = performance.now();
    try {
      writeAtomically(file, `${JSON.stringify(status, null, 2)}\n`);
    } catch {
      // A full disk must not stop the watcher; the file is then old, and says by its times how old.
    }
  };

  return {
    report(record) {
      note(status, record, new Date().toISOString());
      const wait = writtenAt + AT_MOST_EVERY - performance.now();
      if (wait <= 0) flush();
      else timer ??= setTimeout(flush, wait).unref();
    },
    noteRival(name) {
      if (name === undefined) delete status.rival;
      else status.rival = name;
      return name;
    },
    status: () => status,
    close: flush,
  };
}

function note(status: WatcherStatus, record: WatchRecord, at: string): void {
  switch (record.event) {
    case "watching":
      status.watchingSince = at;
      break;
    case "source":
      status.sources[record.name] = {
        state: record.state,
        since: at,
        ...(record.detail !== undefined && { detail: record.detail }),
      };
      break;
    case "close":
      status.lastHint = { at, issue: record.issue, source: record.source };
      break;
    case "sweep":
      status.lastSweep = { at, convoys: record.convoys, complete: record.complete, ms: record.ms };
      break;
    case "landed":
      status.landed += 1;
      status.lastLanded = { at, convoy: record.convoy, title: record.title, ms: record.ms };
      delete status.stuck[record.convoy];
      break;
    case "stuck":
      status.stuck[record.convoy] = { at, attempts: record.attempts, output: record.output };
      break;
    case "waiting":
    case "skipped":
      delete status.stuck[record.convoy];
      break;
    case "warning":
      status.warnings.push({ at, message: record.message });
      status.warnings.splice(0, status.warnings.length - 10);
      break;
    case "stopped":
      status.stoppedAt = at;
      break;
    default:
  }
}
