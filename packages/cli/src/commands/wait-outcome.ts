import { type ConvoySnapshot, judge } from "@gastown/convoy-core";

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

/**
 * Whether what was waited for has come about; undefined while that is open. With `any`, one that lands is enough, and all
 * must have failed; without, one that fails is enough, and all must have landed.
 */
export function endOf(outcomes: readonly (Outcome | undefined)[], any: boolean): "success" | "failure" | undefined {
  const landed = outcomes.filter((outcome) => outcome?.event === "landed").length;
  const failed = outcomes.filter((outcome) => outcome !== undefined && outcome.event !== "landed").length;
  if (any ? landed > 0 : landed === outcomes.length) return "success";
  return (any ? failed === outcomes.length : failed > 0) ? "failure" : undefined;
}
