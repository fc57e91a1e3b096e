import { parseTime, TIME_SLACK } from "./beads.ts";
import type { ConvoySnapshot } from "./convoy.ts";
import type { GtKnowledge, Message } from "./ports.ts";
import type { Told } from "./records.ts";

/** What the rows say of it, and what would mend it. */
export interface ToldVerdict {
  readonly told: Told;
  /** Addresses that have not been told. */
  readonly untold: readonly string[];
  /** `check`: gt tells everybody when it is asked again. `mail`: a person has to write. */
  readonly repair: "check" | "mail" | undefined;
  /** The verdict in words. */
  readonly why: string;
}

/** Written to by every gt that stamps, whoever else waits. */
const MAYOR = "mayor/";

/**
 * Decides by rows alone whether people were told of a closed convoy. Ask once gt has ended, or 10 s after the close:
 * before that it may be telling them.
 *
 * @param messages the mails about this convoy, of whatever time; undefined when they can't be known
 */
export function decideTold(
  convoy: Pick<ConvoySnapshot, "open" | "closedAt" | "notify" | "toldAt">,
  messages: readonly Message[] | undefined,
  gt: GtKnowledge,
): ToldVerdict {
  const verdict = (
    told: Told,
    why: string,
    untold: readonly string[] = [],
    repair?: "check" | "mail",
  ): ToldVerdict => ({
    told,
    untold,
    repair,
    why,
  });
  const unknown = (why: string): ToldVerdict => verdict("cannot be known", why);
  if (convoy.open) return unknown("it is not closed");
  if (convoy.notify === undefined) return unknown("the database does not say who waits for it");
  const stamped = convoy.toldAt !== undefined;
  const stamps = stamped || gt.stamps;
  const expected = stamps ? withMayor(convoy.notify) : convoy.notify;
  if (expected.length === 0) return verdict("told", "nobody waits for it");
  if (messages === undefined) return unknown("its mails cannot be read");

  const { since, unclear } = sort(messages, convoy.closedAt);
  if (unclear.length > 0) return unknown("whether its mails are of this close cannot be told");
  const got = new Set(since.map((message) => identityOf(message.to)));
  const missing = expected.filter((address) => !got.has(identityOf(address)));
  const untold = missing.filter((address) => !isFannedOut(address));
  const stamp = stampInWords(convoy, stamps);

  if (missing.length === 0) {
    const repeats = stamps && !stamped ? ": the next gt convoy check or close of it tells them again" : "";
    return verdict("told", `everybody has mail; ${stamp}${repeats}`);
  }
  if (since.length === 0 && !stamped)
    return verdict("closed, not told", `nobody has mail; ${stamp}`, expected, stamps ? "check" : "mail");
  if (untold.length === 0) return unknown(`${missing.join(", ")}: mail to several goes to addresses of their own`);
  const who = since.length === 0 ? "nobody has mail" : `no mail to ${untold.join(", ")}`;
  return verdict("tried, not told", `${who}; ${stamp}`, untold, "mail");
}

/** A row that may be a mail about a convoy. */
export interface MessageRow {
  readonly createdBy?: string;
  readonly description?: string;
}

/** Whether a row tells of the end of this convoy: made in its name, or by its first words (gt up to 1.0). */
export function tellsOf(convoy: string, { createdBy, description = "" }: MessageRow): boolean {
  return createdBy === creatorOf(convoy) || ENDS.some((end) => description.startsWith(`Convoy ${convoy} ${end}`));
}

/** Who a mail about a convoy is created by, with gt of July 2026 and later. */
export function creatorOf(convoy: string): string {
  return `convoy/${convoy}`;
}

/** How the text of a mail about the end of a convoy goes on after its id. */
const ENDS = ["has completed", "has been closed"] as const;

function withMayor(notify: readonly string[]): readonly string[] {
  return notify.some((address) => identityOf(address) === MAYOR) ? notify : [...notify, MAYOR];
}

/** Mails since the close, and those of which that can't be told. Mails of an earlier close count for nothing. */
function sort(messages: readonly Message[], closedAt: string | undefined): { since: Message[]; unclear: Message[] } {
  const close = parseTime(closedAt);
  const since: Message[] = [];
  const unclear: Message[] = [];
  for (const message of messages) {
    const at = parseTime(message.at);
    if (at === undefined || close === undefined) unclear.push(message);
    else if (at >= close - TIME_SLACK) since.push(message);
  }
  return { since, unclear };
}

function stampInWords({ toldAt, closedAt }: Pick<ConvoySnapshot, "toldAt" | "closedAt">, stamps: boolean): string {
  if (toldAt === undefined) return stamps ? "gt has not stamped it" : "this gt sets no stamp";
  const [stamp, close] = [parseTime(toldAt), parseTime(closedAt)];
  const before = stamp !== undefined && close !== undefined && stamp < close - TIME_SLACK;
  return before ? "gt's stamp is of an earlier close, so that it told nobody now" : "gt's stamp says that it tried";
}

/** Lists, groups, queues, announcements and channels: gt writes to others in their place. */
function isFannedOut(address: string): boolean {
  return /^(?:list:|queue:|announce:|channel:|group:|@)/.test(address);
}

/** The assignee that gt's mail makes of an address (`AddressToIdentity`). */
function identityOf(address: string): string {
  const bare = address.endsWith("/") ? address.slice(0, -1) : address;
  const [rig = "", role = "", name, ...more] = bare.split("/");
  if (bare === "mayor" || bare === "deacon") return `${bare}/`;
  if (name === undefined) return role === "mayor" || role === "deacon" ? `${role}/` : bare;
  return more.length === 0 && /^(?:crew|polecats?)$/.test(role) ? `${rig}/${name}` : bare;
}
