import { type ConvoySnapshot, type ConvoyStore, decideTold, parseTime } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { createLedgerReader, type LedgerRecord, stateDirOf } from "@gastown/convoy-watcher/host";
import type { ToldSoFar } from "./wait-outcome.ts";

/** Milliseconds after a close in which a gt may still be telling people: without a watcher of ours, and with one. */
const TELLING = 10_000;
const TELLING_BY_US = 6 * 60_000;
/** Times of rows are whole seconds. */
const SLACK = 1_000;

/** Reads whether people were told: from the watcher's ledger, else from the rows. */
export function createToldReader(
  town: string,
  store: ConvoyStore,
): (convoy: ConvoySnapshot, watched: boolean) => Promise<ToldSoFar> {
  const read = createLedgerReader(stateDirOf(town));
  const landed: LedgerRecord[] = [];
  /** What the watcher noted when it had landed a convoy, last and not before. */
  const noted = (id: string, since: number): ToldSoFar | undefined => {
    landed.push(...read().filter((line): line is LedgerRecord => line.kind === "landed"));
    const line = landed.findLast((one) => one.convoy === id && Date.parse(one.time) >= since);
    if (typeof line?.["told"] !== "string") return undefined;
    const { told, untold } = line;
    return { told, untold: Array.isArray(untold) ? untold.map(String) : [], final: true };
  };
  return async (convoy, watched) => {
    const closedAt = parseTime(convoy.closedAt ?? convoy.updatedAt) ?? 0;
    const note = noted(convoy.id, closedAt - SLACK);
    if (note !== undefined) return note;
    const messages = await store.messagesAbout?.(convoy.id);
    const { told, untold } = decideTold(convoy, messages, { checkTakesId: false, stamps: false });
    return { told, untold, final: systemClock.wall() - closedAt > (watched ? TELLING_BY_US : TELLING) };
  };
}
