import { readFileSync } from "node:fs";
import {
  type ConvoySnapshot,
  createRequestSource,
  judge,
  type Reporter,
  type RequestSource,
  verdictRecord,
  type WatchRecord,
} from "@gastown/convoy-core";
import { findWatcher, type FoundWatcher, systemClock, type WatchTownOptions } from "@gastown/convoy-watcher";
import { createLedgerReader, type LedgerRecord, stateDirOf, whileFollowing } from "@gastown/convoy-watcher/host";
import { readConvoys } from "./town.ts";
import { REQUESTS, stuckOf } from "./views/watcher.ts";

/** The signal by which `check` asks a running watcher to look at everything now; the host of plugins takes the same. */
const SWEEP_SIGNAL = "SIGUSR2";

/** Sweeps on demand. */
interface SweepRequests extends Pick<RequestSource, "source"> {
  /** The record without what is only said of this source: nobody asked for it. */
  hide(record: WatchRecord): WatchRecord | undefined;
  dispose(): void;
}

/** Turns signals into requests for a sweep; several at once are one. */
export function takeSweepRequests(): SweepRequests {
  const { source, ask } = createRequestSource(REQUESTS, "asked by convoy-cli check");
  process.on(SWEEP_SIGNAL, ask);
  return {
    source,
    hide(record) {
      if (record.event === "source" && record.name === REQUESTS) return undefined;
      if (record.event === "watching")
        return { ...record, sources: record.sources.filter((name) => name !== REQUESTS) };
      return record;
    },
    dispose: () => void process.off(SWEEP_SIGNAL, ask),
  };
}

/** What the watcher of a town has made of it. */
interface Asked {
  readonly missing: readonly string[];
  readonly stuck: number;
  /** The watcher has looked; else it did not within its time. */
  readonly answered: boolean;
}

type Running = FoundWatcher & { readonly state: "running" };

/** Milliseconds for the watcher to begin and end a sweep, and then to land what it found. */
const SWEEP_LIMIT = 60_000;
const LAND_LIMIT = 120_000;
/** A convoy is read as closed before its watcher has noted that it landed: people are told in between. */
const NOTE_LIMIT = 30_000;
const LOOK = 200;
/** SIGUSR2 in the mask of signals that a process handles. */
const SIGNAL_BIT = 1n << 11n;

/** The watcher that holds this town, when it takes requests: an older one would end by the signal. */
export function watcherToAsk(town: string): Running | undefined {
  const found = findWatcher(town);
  if (found.state !== "running" || found.pid === process.pid) return undefined;
  try {
    const caught = /^SigCgt:\s*([0-9a-f]+)$/m.exec(readFileSync(`/proc/${found.pid}/status`, "utf8"))?.[1] ?? "0";
    return (BigInt(`0x${caught}`) & SIGNAL_BIT) === 0n ? undefined : found;
  } catch {
    return undefined;
  }
}

/** Asks the watcher to look at everything now, waits until it has, and tells what became of these convoys, or of all open ones. */
export async function askWatcher(
  watcher: Running,
  { town, driver }: Pick<WatchTownOptions, "town" | "driver">,
  only: readonly string[],
  signal: AbortSignal,
  report: Reporter,
): Promise<Asked> {
  return whileFollowing(town, { driver }, async ({ store, changed }) => {
    const ids = only.length === 0 ? await store.openConvoys() : [...new Set(only)];
    const first = await readConvoys(store, ids);
    const known = new Set(first.map(({ id }) => id));
    const wereOpen = new Set(first.filter(({ open }) => open).map(({ id }) => id));
    const missing = ids.filter((id) => !known.has(id));
    const ledger = createLedgerReader(stateDirOf(town));
    ledger();
    const before = watcher.status?.lastSweep?.at;
    const hasSwept = (): boolean => {
      const now = findWatcher(town);
      return now.state === "running" && now.status?.lastSweep !== undefined && now.status.lastSweep.at !== before;
    };
    process.kill(watcher.pid, SWEEP_SIGNAL);
    for (const end = systemClock.now() + SWEEP_LIMIT; !hasSwept(); await changed(LOOK))
      if (systemClock.now() > end || signal.aborted) return { missing, stuck: 0, answered: false };

    const noted = new Map<string, LedgerRecord>();
    const notedBy = systemClock.now() + NOTE_LIMIT;
    for (const end = systemClock.now() + LAND_LIMIT; ; await changed(LOOK)) {
      for (const entry of ledger())
        if (entry.kind === "landed" || entry.kind === "closed") noted.set(entry.convoy, entry);
      const stuck = stuckOf(findWatcher(town));
      const convoys = await readConvoys(store, ids);
      const isPending = (convoy: (typeof convoys)[number]): boolean =>
        convoy.open
          ? judge(convoy).kind === "complete" && !stuck.has(convoy.id)
          : wereOpen.has(convoy.id) && !noted.has(convoy.id) && systemClock.now() < notedBy;
      if (convoys.some(isPending) && systemClock.now() < end && !signal.aborted) continue;
      for (const convoy of convoys) report(recordOf(convoy, stuck.get(convoy.id), noted.get(convoy.id), watcher.pid));
      return { missing, stuck: convoys.filter(({ id, open }) => open && stuck.has(id)).length, answered: true };
    }
  });
}

/** How a convoy stands, as a record of a sweep of our own would say it. */
function recordOf(
  convoy: ConvoySnapshot,
  stuck: { readonly attempts: number; readonly output: string } | undefined,
  noted: LedgerRecord | undefined,
  pid: number,
): WatchRecord {
  const { id, title } = convoy;
  const verdict = judge(convoy);
  if (verdict.kind === "closed" && noted?.kind === "landed" && typeof noted["ms"] === "number") {
    const { time: _time, kind: _kind, ...fields } = noted;
    return { ...fields, event: "landed", convoy: id, title } as unknown as WatchRecord;
  }
  if (verdict.kind !== "closed" && stuck !== undefined)
    return { event: "stuck", convoy: id, title, attempts: stuck.attempts, output: stuck.output };
  const { done, total } = judge({ ...convoy, open: true });
  return (
    verdictRecord(convoy, verdict) ?? {
      event: "closed",
      convoy: id,
      title,
      by: `the watcher (pid ${pid}), or before it`,
      done,
      total,
      open: [],
    }
  );
}
