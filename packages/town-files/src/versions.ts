/** Major, minor, patch. */
export type Version = readonly [number, number, number];

/** From this version on, up to and without that one. */
interface Range {
  readonly from?: Version;
  readonly below?: Version;
}

/** Something that is the matter with a version of bd, of gt, or with both together. */
export interface VersionFault {
  readonly bd?: Range;
  readonly gt?: Range;
  readonly level: "note" | "wrong";
  readonly name: string;
  readonly fact: string;
  readonly hint: string;
  /** Where it is known from: issues of gastownhall/beads and gastownhall/gastown, or releases. */
  readonly source: string;
}

/** What is known to go wrong. Added to as releases come. */
export const VERSION_FAULTS: readonly VersionFault[] = [
  {
    bd: { from: [1, 0, 5], below: [1, 0, 6] },
    level: "wrong",
    name: "bd 1.0.5",
    fact: "was withdrawn: it corrupts databases",
    hint: "install bd 1.1.0 or newer, or go back to 1.0.4 where gt takes no newer one",
    source: "beads#4572",
  },
  {
    bd: { from: [1, 2, 1], below: [1, 2, 2] },
    level: "wrong",
    name: "bd 1.2.1",
    fact: "was released by accident: it brings databases to schema v65, which other releases before 1.3 refuse",
    hint: "install bd 1.3.0 or newer; 1.2.2 cannot read what 1.2.1 has migrated",
    source: "beads releases 1.2.1 and 1.2.2 (August 2026)",
  },
  {
    bd: { from: [1, 0, 3], below: [1, 0, 5] },
    level: "note",
    name: "bd 1.0.3, 1.0.4",
    fact: "import issues.jsonl with every call, which may undo a close of a moment ago",
    hint: "install bd 1.1.0 or newer if convoys open again by themselves",
    source: "beads#3948, gastown#4028",
  },
  {
    gt: { from: [1, 1, 0], below: [1, 2, 0] },
    bd: { from: [1, 0, 5] },
    level: "wrong",
    name: "gt and bd",
    fact: "gt 1.1 cannot read what convoys track in databases of bd 1.0.5 and later, whose columns are others",
    hint: "install gt 1.2.1 or newer (Homebrew stayed at 1.1.0), or bd 1.0.4",
    source: "gastown#4170, #4229, #4793, #4817, #4179",
  },
  {
    gt: { from: [1, 2, 0], below: [1, 2, 1] },
    bd: { from: [1, 0, 5] },
    level: "wrong",
    name: "gt and bd",
    fact: "gt 1.2.0 refuses a bd newer than 1.0.4",
    hint: "install bd 1.0.4, or a newer gt",
    source: "gastown#4158, #4159",
  },
  {
    gt: { from: [1, 2, 1], below: [1, 3, 0] },
    bd: { from: [1, 0, 5] },
    level: "note",
    name: "gt and bd",
    fact: "the release of gt 1.2.1 refuses a bd newer than 1.0.4; one built of its main branch since June takes it, and calls itself the same",
    hint: "`gt convoy list` says whether it does; otherwise install bd 1.0.4",
    source: "gastown#4158, #4159, #4239",
  },
];

/**
 * From this version on gt notes `completion_notified_at` in a convoy when it has told people, and tells of a closed one
 * that lacks it. Source: its history; 1.1.0 has no such key, 1.2.0 (May 2026) has.
 */
export const GT_STAMPS_SINCE: Version = [1, 2, 0];

/** The newest schema (`schema_migrations`) that a bd knows, from a version on. */
const SCHEMAS: readonly { readonly from: Version; readonly knows: number; readonly source: string }[] = [
  { from: [1, 0, 5], knows: 49, source: "beads 1.0.5, migrations" },
  { from: [1, 1, 0], knows: 53, source: "beads 1.1.0" },
  { from: [1, 2, 1], knows: 65, source: "beads 1.2.1" },
  { from: [1, 2, 2], knows: 53, source: "beads 1.2.2, which is the code of 1.1.2" },
  { from: [1, 3, 0], knows: 66, source: "beads 1.3.0" },
];

/** What is the matter with these versions; a program that is not there has none. */
export function versionFaults(bd: Version | undefined, gt: Version | undefined): readonly VersionFault[] {
  return VERSION_FAULTS.filter((fault) => isWithin(fault.bd, bd) && isWithin(fault.gt, gt));
}

/** The newest schema this bd knows; undefined when that is not known. */
export function schemaKnownTo(bd: Version): number | undefined {
  return SCHEMAS.findLast(({ from }) => isAtLeast(bd, from))?.knows;
}

/** What is the matter between a database's schema and a bd. */
export function schemaFault(schema: number, bd: Version): Pick<VersionFault, "level" | "fact" | "hint"> | undefined {
  const known = schemaKnownTo(bd);
  if (known === undefined || known === schema) return undefined;
  const version = bd.join(".");
  if (schema > known)
    return {
      level: "wrong",
      fact: `its schema is v${schema}, and bd ${version} knows up to v${known}: bd refuses to write, and gt's closings fail`,
      hint: "install the bd that migrated it, or a newer one, on every machine",
    };
  return {
    level: "note",
    fact: `its schema is v${schema}, and bd ${version} knows v${known}`,
    hint: "`bd migrate schema` in its directory brings it up to date; bd may not do so by itself on a server that others use",
  };
}

function isWithin(range: Range | undefined, version: Version | undefined): boolean {
  if (range === undefined) return true;
  if (version === undefined) return false;
  const { from, below } = range;
  return (from === undefined || isAtLeast(version, from)) && (below === undefined || !isAtLeast(version, below));
}

/** Whether a version is this one or a later one. */
export function isAtLeast(version: Version, from: Version): boolean {
  const at = version.findIndex((part, index) => part !== from[index]);
  return at === -1 || (version[at] ?? 0) > (from[at] ?? 0);
}
