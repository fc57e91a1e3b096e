import { type ConvoySnapshot, type ConvoyStore, decideTold, parseTime } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { createLedgerReader } from "../log/read-ledger.ts";
import type { ToldSoFar } from "./outcome.ts";

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
  return async (convoy, watched) => {
    const closedAt = parseTime(convoy.closedAt ?? convoy.updatedAt) ?? 0;
    const noted = noteOf(town, convoy.id, closedAt - SLACK);
    if (noted !== undefined) return noted;
    const messages = await store.messagesAbout?.(convoy.id);
    const { told, untold } = decideTold(convoy, messages, { checkTakesId: false, stamps: false });
    return { told, untold, final: systemClock.wall() - closedAt > (watched ? TELLING_BY_US : TELLING) };
  };
}

/** What the watcher noted when it had landed it. */
function noteOf(town: string, id: string, since: number): ToldSoFar | undefined {
  const line = createLedgerReader(town)().findLast(
    ({ kind, convoy, time }) => kind === "landed" && convoy === id && Date.parse(time) >= since,
  );
  if (typeof line?.["told"] !== "string") return undefined;
  const { told, untold } = line;
  return { told: told, untold: Array.isArray(untold) ? untold.map(String) : [], final: true };
}
