import { renameSync, rmSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Gauges, Reporter } from "@gastown/convoy-core";
import { stateDirOf, writeAtomically } from "./state-dir.ts";
import { createNoter, isoNow, shortened, type WatcherStatus } from "./status.ts";
import { systemClock } from "./system-clock.ts";

const AT_MOST_EVERY = 1_000;
/** While one is being written, the next waits a moment. */
const AT_LEAST = 10;

/** Keeps the status of a running watcher. */
export interface StatusKeeper {
  /** To be told of every record. */
  readonly report: Reporter;
  /** Keeps who else lands convoys here, and hands it on. */
  noteRival<T extends { readonly name: string }>(rival: T | undefined): T | undefined;
  /** Notes a command that begins; the result notes its end. */
  noteCommand(convoy: string, command: string): () => void;
  /** Keeps the last fault of a database; undefined when it can be read again. */
  noteRead(rig: string, fault: string | undefined): void;
  /** Asked at each writing for what waits. */
  observe(gauges: () => Gauges): void;
  /** The status as of now. */
  status(): Readonly<WatcherStatus>;
  /** Writes what is not written yet, and no more after that. Settles when no file is being written any more. */
  close(): Promise<void>;
}

/** Keeps the status by listening to the records, and writes it at most once a second. */
export function createStatusKeeper(
  first: Pick<WatcherStatus, "version" | "pid" | "town" | "startedAt" | "gate">,
  write: boolean,
): StatusKeeper {
  const status: WatcherStatus = {
    ...first,
    sources: {},
    landed: 0,
    closedByOthers: 0,
    stuck: {},
    untold: {},
    now: { telling: [] },
    warnings: [],
  };
  const file = join(stateDirOf(first.town), "status.json");
  const note = createNoter(status);
  let gauges: (() => Gauges) | undefined;
  let timer: NodeJS.Timeout | undefined;
  let writtenAt = Number.NEGATIVE_INFINITY;
  let writing: Promise<void> | undefined;
  let closed = false;

  const current = (): WatcherStatus => {
    const { oldestHint, ...queues } = gauges?.() ?? {};
    return {
      ...status,
      ...(gauges && { queues: queues as Omit<Gauges, "oldestHint"> }),
      ...(oldestHint && { oldestHint }),
    };
  };
  const text = (): string => {
    status.writtenAt = isoNow();
    return `${JSON.stringify(current(), null, 2)}\n`;
  };
  // The draft is written aside; what is short enough to happen at once is only its taking the place of the old one.
  const flush = async (): Promise<void> => {
    clearTimeout(timer);
    timer = undefined;
    writtenAt = systemClock.now();
    // Of a name of its own: the last one is written at once, and this may still be under way then.
    const draft = `${file}.aside.${process.pid}.tmp`;
    try {
      await writeFile(draft, text());
      if (closed) rmSync(draft, { force: true });
      else renameSync(draft, file);
    } catch {
      // A full disk must not stop the watcher; the file is then old, and says by its times how old.
    }
  };
  const flushAside = (): void => {
    writing = flush().finally(() => (writing = undefined));
  };
  const plan = (): void => {
    if (!write || closed) return;
    const wait = writtenAt + AT_MOST_EVERY - systemClock.now();
    if (wait <= 0 && writing === undefined) flushAside();
    else timer ??= setTimeout(flushAside, Math.max(wait, AT_LEAST)).unref();
  };

  return {
    report(record) {
      note(record);
      plan();
    },
    noteRival(rival) {
      if (rival === undefined) delete status.rival;
      else status.rival = rival.name;
      return rival;
    },
    noteCommand(convoy, command) {
      const landing = { convoy, since: isoNow(), command };
      status.now.landing = landing;
      plan();
      return () => {
        if (status.now.landing === landing) delete status.now.landing;
        plan();
      };
    },
    noteRead(rig, fault) {
      if (fault !== undefined) status.lastReadError = { at: isoNow(), rig, message: shortened(fault) };
      else if (status.lastReadError?.rig === rig) delete status.lastReadError;
    },
    observe(asked) {
      gauges = asked;
    },
    status: current,
    async close() {
      clearTimeout(timer);
      if (closed || !write) return;
      closed = true;
      try {
        writeAtomically(file, text());
      } catch {
        // As above.
      }
      await writing;
    },
  };
}
