import type { Reporter, WatchRecord } from "@gastown/convoy-core";

/** Something that gt or bd says when it refuses, and what a person can do about it. */
export interface KnownRefusal {
  /** Found in what they print. */
  readonly says: RegExp;
  readonly hint: string;
}

/**
 * What gt and bd are known to say, from their sources (gt of January to July 2026, bd 0.47 to 1.2), the more special
 * first. Whatever is not in here is told as it is, without a hint.
 */
export const KNOWN_REFUSALS: readonly KnownRefusal[] = [
  {
    says: /schema version mismatch: database is at v\d+/i,
    hint: "a newer bd has migrated this database: install that bd, or where bd itself is newer run `bd migrate schema`",
  },
  {
    says: /MIGRATION-FREEZE|migration freeze|frozen for migration/i,
    hint: "bd writes nothing while the file MIGRATION-FREEZE lies in the town or above it: whoever migrates removes it at the end",
  },
  {
    says: /assignee is .* actor is .*reclaim or use --force/is,
    hint: "bd lets nobody but its assignee close this convoy: take the assignee off with `bd update <convoy> --assignee ''`",
  },
  {
    says: /open child issue\(s\); close children first/i,
    hint: "bd closes a parent after its children: close these, or take the convoy out of that relation",
  },
  {
    says: /unsupported convoy status/i,
    hint: "this gt does not know the convoy's status: `bd update <convoy> --status open`",
  },
  {
    says: /unknown status \(cross-rig unreachable\)/i,
    hint: "gt cannot read a rig that the convoy tracks: `gt doctor` and `convoy-cli doctor` say which",
  },
  {
    says: /persisting convoy close to JSONL|bd export/i,
    hint: "the convoy is closed and nobody was told, because .beads/issues.jsonl could not be written: make it writable, then `gt convoy check <convoy>`",
  },
  {
    says: /could not record convoy completion/i,
    hint: "people were told, but not that they were: whoever runs `gt convoy check <convoy>` again tells them again",
  },
  {
    says: /executable file not found in \$PATH/i,
    hint: "gt did not find a program that it runs, itself by name among them: put gt and bd on the PATH of whoever starts the watcher",
  },
  {
    says: /unknown recipient|could not resolve address/i,
    hint: "there is no such address: fix the lines Owner:, Notify: or Watchers: of the convoy's description",
  },
  {
    says: /could not notify|couldn't send notification/i,
    hint: 'tell them by hand: `gt mail send -s "Convoy landed" -m "…" <address>`',
  },
  {
    says: /could not nudge/i,
    hint: "the mail was sent, only its sign in the session was not: nothing is lost",
  },
  {
    says: /database is locked|SQLITE_BUSY/i,
    hint: "another program holds the database: it is tried again; `fuser <town>/.beads/beads.db` names those that have it open",
  },
  {
    says: /readonly database|read-only file system/i,
    hint: "the town's database cannot be written: check its owner, its mode and its disk",
  },
  {
    says: /database or disk is full|no space left on device/i,
    hint: "the disk is full",
  },
  {
    says: /serialization failure|Error 1213/i,
    hint: "two programs wrote at the same moment: it is tried again",
  },
  {
    says: /connection refused|can't connect to .*server|dial tcp/i,
    hint: "the Dolt server does not answer: `gt dolt status`, `gt dolt start`",
  },
  {
    says: /not in a Gas Town workspace/i,
    hint: "gt looks for mayor/town.json in the town: the directory given with --town is none to it",
  },
];

/** What a person can do about what gt or bd said; undefined for words that are not known. */
export function hintFor(said: string, convoy?: string): string | undefined {
  const hint = KNOWN_REFUSALS.find(({ says }) => says.test(said))?.hint;
  return convoy === undefined ? hint : hint?.replaceAll("<convoy>", convoy);
}

/**
 * A reporter that says nothing twice in a row of a source, and adds what a person can do where gt or bd said something
 * that is known.
 */
export function createTeller(report: Reporter): Reporter {
  const states = new Map<string, string>();
  return (record) => {
    if (record.event === "source") {
      const state = JSON.stringify(record);
      if (states.get(record.name) === state) return;
      states.set(record.name, state);
    }
    report(record.event === "watching" ? { ...record, sources: [...new Set(record.sources)] } : withHint(record));
  };
}

function withHint(record: WatchRecord): WatchRecord {
  if ((record.event !== "stuck" && record.event !== "warning") || record.hint !== undefined) return record;
  const hint = record.event === "stuck" ? hintFor(record.output, record.convoy) : hintFor(record.message);
  return hint === undefined ? record : { ...record, hint };
}
