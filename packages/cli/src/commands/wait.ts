import {
  type ConvoySnapshot,
  type ConvoyStore,
  DatabaseError,
  decideTold,
  judge,
  orFault,
  parseTime,
  printable,
  TIME_SLACK,
} from "@gastown/convoy-core";
import { findWatcher, type FoundWatcher, systemClock } from "@gastown/convoy-watcher";
import {
  createLedgerReader,
  driverOf,
  type FollowedTown,
  type LedgerRecord,
  stateDirOf,
  whileFollowing,
} from "@gastown/convoy-watcher/host";
import { EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, safeJson } from "../output.ts";
import { noConvoyError, readConvoys, townOf } from "../town.ts";
import { named, stateInShort } from "../views/convoy-text.ts";
import { convoyView } from "../views/convoy.ts";
import { stuckOf } from "../views/watcher.ts";

/** How waiting for a convoy has ended. */
type Outcome =
  | { readonly event: "landed"; readonly told?: string }
  /** Closed, with tracked issues that are not done. */
  | { readonly event: "closed"; readonly open: readonly string[] }
  /** The watcher could not land it. */
  | { readonly event: "stuck"; readonly output: string }
  /** Landed, and somebody was not told; with `--told` only. */
  | { readonly event: "untold"; readonly told: string; readonly untold: readonly string[] };

/** Whether people were told of a closed convoy, as far as that is known by now. */
interface ToldSoFar {
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
function outcomeOf(
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

/**
 * Whether what was waited for has come about; undefined while that is open. With `any`, one that lands is enough, and all
 * must have failed; without, one that fails is enough, and all must have landed.
 */
function endOf(outcomes: readonly (Outcome | undefined)[], any: boolean): "success" | "failure" | undefined {
  const landed = outcomes.filter((outcome) => outcome?.event === "landed").length;
  const failed = outcomes.filter((outcome) => outcome !== undefined && outcome.event !== "landed").length;
  if (any ? landed > 0 : landed === outcomes.length) return "success";
  return (any ? failed === outcomes.length : failed > 0) ? "failure" : undefined;
}

/** Milliseconds after a close in which a gt may still be telling people: without a watcher of ours, and with one. */
const TELLING = 10_000;
const TELLING_BY_US = 6 * 60_000;

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
    const note = noted(convoy.id, closedAt - TIME_SLACK);
    if (note !== undefined) return note;
    const messages = await store.messagesAbout?.(convoy.id);
    const { told, untold } = decideTold(convoy, messages, { checkTakesId: false, stamps: false });
    return { told, untold, final: systemClock.wall() - closedAt > (watched ? TELLING_BY_US : TELLING) };
  };
}

export interface WaitOptions extends CommonOptions {
  readonly any?: true;
  readonly told?: true;
  /** Milliseconds; for ever by default. */
  readonly timeout?: number;
}

/** How often it looks without a reason: a program may write without a row in `events`, or where nothing tells of changes. */
const LOOK = 5_000;
/** The same while a watcher may give a convoy up, or people are still being told: of that no database tells at once. */
const LOOK_SOON = 1_000;

/** Waits until convoys have landed. Only reads. */
export async function waitCommand(ids: readonly string[], options: WaitOptions): Promise<number> {
  const town = townOf(options);
  const teller = createTeller(options);
  return whileFollowing(town, { driver: driverOf(town, options.driver) }, (followed) =>
    waitFor(town, [...new Set(ids)], followed, options, teller),
  );
}

async function waitFor(
  town: string,
  ids: readonly string[],
  { store, files, changed }: FollowedTown,
  options: WaitOptions,
  teller: Teller,
): Promise<number> {
  const until = options.timeout === undefined ? Number.POSITIVE_INFINITY : systemClock.now() + options.timeout;
  const toldOf = options.told ? createToldReader(town, store) : undefined;
  const outcomes = new Map<string, Outcome>();
  const look = async (found: FoundWatcher, first: boolean): Promise<ReturnType<typeof endOf>> => {
    const convoys = await readConvoys(store, ids);
    const missing = ids.filter((id) => !convoys.some((convoy) => convoy.id === id));
    if (missing.length > 0) throw await noConvoyError(files, missing, EXIT.usage);
    const stuck = stuckOf(found);
    for (const convoy of convoys) {
      if (outcomes.has(convoy.id)) continue;
      const told = convoy.open ? undefined : await toldOf?.(convoy, found.state === "running");
      const outcome = outcomeOf(convoy, stuck.get(convoy.id)?.output, told);
      if (outcome !== undefined) {
        outcomes.set(convoy.id, outcome);
        teller.ended(convoy, outcome);
      } else if (first) teller.waits(convoy);
    }
    return endOf(
      ids.map((id) => outcomes.get(id)),
      options.any === true,
    );
  };
  let fault: string | undefined;
  for (let first = true; ; first = false) {
    const found = findWatcher(town);
    const end = await orFault(look(found, first));
    if (end instanceof DatabaseError) {
      // A server that is restarted says nothing of the convoys.
      if (first) throw end;
      if (end.message !== fault) teller.unread(end);
      fault = end.message;
    } else {
      fault = undefined;
      if (end !== undefined) return end === "success" ? EXIT.done : EXIT.failure;
    }
    const left = until - systemClock.now();
    if (left <= 0) {
      teller.timedOut(ids.filter((id) => !outcomes.has(id)));
      return EXIT.timedOut;
    }
    const soon = found.state === "running" || toldOf !== undefined || fault !== undefined;
    await changed(Math.min(left, soon ? LOOK_SOON : LOOK));
  }
}

/** Says what is waited for, and how that has ended. */
interface Teller {
  waits(convoy: ConvoySnapshot): void;
  ended(convoy: ConvoySnapshot, outcome: Outcome): void;
  /** A database that was read before cannot be read for now. */
  unread(fault: DatabaseError): void;
  timedOut(open: readonly string[]): void;
}

function createTeller({ color, json, quiet }: WaitOptions): Teller {
  const { out, err } = createOutput(color);
  const record = (fields: object): void => out(safeJson({ time: new Date().toISOString(), ...fields }));
  const unread = ({ message, hint }: DatabaseError): void =>
    err(`Warning: ${printable(message)}; still waiting\nHint: ${printable(hint)}`);
  if (json)
    return {
      waits: () => undefined,
      ended: ({ id, title }, outcome) => record({ ...outcome, convoy: id, title }),
      unread,
      timedOut: (open) => record({ event: "timeout", convoys: open }),
    };
  const say = (print: (line: string) => void, line: string): void => (quiet ? undefined : print(line));
  return {
    waits(convoy) {
      const view = convoyView(convoy, new Map());
      say(out, `${named(view)}: ${stateInShort(view, systemClock.wall())}`);
    },
    ended: ({ id, title }, outcome) => say(out, outcomeText(named({ convoy: id, title }), outcome)),
    unread,
    timedOut: (open) => say(err, `timed out; still waiting for ${open.join(", ")}`),
  };
}

function outcomeText(name: string, outcome: Outcome): string {
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
