import { type ConvoySnapshot, type ConvoyStore, decideTold, judge, parseTime, printable } from "@gastown/convoy-core";
import { systemClock } from "@gastown/convoy-watcher";
import { createLedgerReader, type LedgerRecord, stateDirOf } from "@gastown/convoy-watcher/host";
import { named } from "../reporters/words.ts";
import { stateInShort } from "../views/convoy-view.ts";
import type { ConvoyView } from "../views/views.ts";

/** How waiting for a convoy has ended. */
export type Outcome =
  | { readonly event: "landed"; readonly told?: string }
  /** Closed, with tracked issues that are not done. */
  | { readonly event: "closed"; readonly open: readonly string[] }
  /** The watcher could not land it. */
  | { readonly event: "stuck"; readonly output: string }
  /** Landed, and somebody was not told; with `--told` only. */
  | { readonly event: "untold"; readonly told: string; readonly untold: readonly string[] };

/** Whether people were told of a closed convoy, as far as that is known by now. */
export interface ToldSoFar {
  readonly told: string;
  readonly untold: readonly string[];
  /** Nobody is at it any more: this is how it stays. */
  readonly final: boolean;
}

/**
 * What has become of a convoy; undefined while it is to be waited for.
 *
 * @param stuck what gt said, when a running watcher has given up on it
 * @param told left out when nobody asked for it
 */
export function outcomeOf(
  convoy: ConvoySnapshot,
  stuck: string | undefined,
  told: ToldSoFar | undefined,
): Outcome | undefined {
  if (convoy.open) return stuck === undefined ? undefined : { event: "stuck", output: stuck };
  const open = judge({ ...convoy, open: true }).blockers.map(({ id }) => id);
  if (open.length > 0) return { event: "closed", open: open.slice(0, 20) };
  if (told === undefined) return { event: "landed" };
  if (told.told === "told") return { event: "landed", told: told.told };
  return told.final ? { event: "untold", told: told.told, untold: told.untold } : undefined;
}

/** With `any`, one that lands is enough, and all must have failed; without, one that fails is enough, and all must have landed. */
export function isOver(outcomes: readonly (Outcome | undefined)[], any: boolean): boolean {
  const landed = outcomes.filter((outcome) => outcome?.event === "landed").length;
  const failed = outcomes.filter((outcome) => outcome !== undefined && outcome.event !== "landed").length;
  return any ? landed > 0 || failed === outcomes.length : failed > 0 || landed === outcomes.length;
}

/** Whether what was waited for has come about. */
export function isSuccess(outcomes: readonly (Outcome | undefined)[], any: boolean): boolean {
  const isLanded = (outcome: Outcome | undefined): boolean => outcome?.event === "landed";
  return any ? outcomes.some(isLanded) : outcomes.every(isLanded);
}

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
  const noted = createNoteReader(town);
  return async (convoy, watched) => {
    const closedAt = parseTime(convoy.closedAt ?? convoy.updatedAt) ?? 0;
    const note = noted(convoy.id, closedAt - SLACK);
    if (note !== undefined) return note;
    const messages = await store.messagesAbout?.(convoy.id);
    const { told, untold } = decideTold(convoy, messages, { checkTakesId: false, stamps: false });
    return { told, untold, final: systemClock.wall() - closedAt > (watched ? TELLING_BY_US : TELLING) };
  };
}

/** What the watcher noted when it had landed a convoy, last and not before. */
function createNoteReader(town: string): (id: string, since: number) => ToldSoFar | undefined {
  const read = createLedgerReader(stateDirOf(town));
  const landed: LedgerRecord[] = [];
  return (id, since) => {
    landed.push(...read().filter((line): line is LedgerRecord => line.kind === "landed"));
    const line = landed.findLast((one) => one.convoy === id && Date.parse(one.time) >= since);
    if (typeof line?.["told"] !== "string") return undefined;
    const { told, untold } = line;
    return { told, untold: Array.isArray(untold) ? untold.map(String) : [], final: true };
  };
}

/** A convoy that is still waited for. */
export function waitingText(convoy: ConvoyView, now: number): string {
  return `${named(convoy)}: ${stateInShort(convoy, now)}`;
}

/** How waiting for a convoy has ended. */
export function outcomeText({ id, title }: { readonly id: string; readonly title: string }, outcome: Outcome): string {
  const name = named({ convoy: id, title });
  switch (outcome.event) {
    case "landed":
      return `✓ ${name} has landed${outcome.told === undefined ? "" : ", and everybody was told"}`;
    case "closed":
      return `✗ ${name} was closed with work open: ${outcome.open.map((issue) => printable(issue, 80)).join(", ")}`;
    case "stuck":
      return `✗ ${name} is stuck; gt said: ${printable(outcome.output.split("\n").at(-1) ?? "")}`;
    default: {
      const who = outcome.untold.map((address) => printable(address, 80)).join(", ");
      return `✗ ${name} has landed; ${who === "" ? printable(outcome.told) : `not told: ${who}`}`;
    }
  }
}
