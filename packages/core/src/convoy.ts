import type { IssueState } from "./beads.ts";
import type { Unmerged } from "./merge-gate.ts";

/** An issue a convoy tracks, as just read from the database it lives in. */
export interface TrackedIssue {
  /** As stored in the convoy's dependency. */
  readonly reference: string;
  readonly id: string;
  readonly state: IssueState;
  /** Status as stored; absent when `state` is `unknown`. */
  readonly status?: string;
  /** Why the state is unknown, or what else is to be said of an open one; in words. */
  readonly why?: string;
  /** Name of the rig it lives in; `town` for the town itself. Absent when no route leads to it. */
  readonly rig?: string;
  readonly title?: string;
  readonly assignee?: string;
  /** When it got its present state, as stored. */
  readonly since?: string;
  /** It is closed, and its work is not merged. Only with the gate. */
  readonly unmerged?: Unmerged;
  /** It is closed, and whether its work is merged cannot be told; in words. Only with the gate. */
  readonly mergeState?: string;
}

/** A convoy and everything it tracks, from one fresh read. */
export interface ConvoySnapshot {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  /** Not closed, and not deleted. */
  readonly open: boolean;
  /** Status `staged_*`: planned, not launched. */
  readonly staged: boolean;
  /** Label `gt:owned`: its owner closes it. */
  readonly owned: boolean;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly closedAt?: string;
  readonly closeReason?: string;
  /** Addresses that wait for it: owner, notify, watchers of the description. */
  readonly notify?: readonly string[];
  /** The stamp `completion_notified_at` as stored: gt has told people, or tried. */
  readonly toldAt?: string;
  /** How its work gets to the main branch, when it says so. */
  readonly merge?: "direct" | "mr" | "local";
  readonly tracked: readonly TrackedIssue[];
}

/** Two snapshots with the same fingerprint differ in nothing that matters to landing. */
export function fingerprint(convoy: ConvoySnapshot): string {
  const tracked = convoy.tracked.map(({ reference, state, status, since, unmerged }) => [
    reference,
    state,
    status,
    since,
    unmerged?.why,
  ]);
  return JSON.stringify([convoy.status, convoy.owned, convoy.updatedAt, tracked]);
}
