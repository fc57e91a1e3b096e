import type { ConvoyControl, GtControl } from "./control.ts";

/** What a generation of gt says of itself, and can do. */
export interface GtGeneration {
  readonly name: "seed" | "0.5.0" | "1.0.1" | "july";
  /** Of when, and by what name it goes. */
  readonly of: string;
  /** The number in `gt version <number>`. */
  readonly version: string;
  /** What `gt convoy check --help` prints, in any directory, with exit status 0. */
  readonly checkHelp: string;
  /** Without it `check` looks at every open convoy, whatever it is given. */
  readonly checkTakesId: boolean;
  /** It notes in a convoy that it has told people, and tells of a closed one without that note. */
  readonly stamps: boolean;
}

const seedHelp = `Check all open convoys and auto-close any where all tracked issues are complete.

This handles cross-rig convoy completion: convoys in town beads tracking issues
in rig beads won't auto-close via bd close alone. This command bridges that gap.

Can be run manually or by deacon patrol to ensure convoys close promptly.

Usage:
  gt convoy check [flags]

Flags:
  -h, --help   help for check
`;

const laterHelp = `Check convoys and auto-close any where all tracked issues are complete.

Without arguments, checks all open convoys. With a convoy ID, checks only that convoy.

This handles cross-rig convoy completion: convoys in town beads tracking issues
in rig beads won't auto-close via bd close alone. This command bridges that gap.

Can be run manually or by deacon patrol to ensure convoys close promptly.

Examples:
  gt convoy check              # Check all open convoys
  gt convoy check hq-cv-abc    # Check specific convoy
  gt convoy check --dry-run    # Preview what would close without acting

Usage:
  gt convoy check [convoy-id] [flags]

Flags:
      --dry-run   Preview what would close without acting
  -h, --help      help for check
`;

/** Facts about the real programs: the help has the argument from 0.5.0 on, and the stamp came with 1.2.0 of May 2026. */
export const gtGenerations: readonly GtGeneration[] = [
  {
    name: "seed",
    version: "0.2.6",
    of: "2026-01-12, f79614d764",
    checkHelp: seedHelp,
    checkTakesId: false,
    stamps: false,
  },
  { name: "0.5.0", version: "0.5.0", of: "0.5.0", checkHelp: laterHelp, checkTakesId: true, stamps: false },
  { name: "1.0.1", version: "1.0.1", of: "1.0.1", checkHelp: laterHelp, checkTakesId: true, stamps: false },
  {
    name: "july",
    version: "1.2.1",
    of: "2026-07-23, 649b832b, which calls itself 1.2.1",
    checkHelp: laterHelp,
    checkTakesId: true,
    stamps: true,
  },
];

/** Whose rules a `gt` follows. */
export type Generation = "seed" | "head" | "july";

/** The mode itself, or for the modes that are no gt of their own that of their base. */
export const generationOf = ({ mode = "seed", base = "seed" }: ConvoyControl): Generation =>
  mode === "seed" || mode === "head" || mode === "july" ? mode : base;

const factsOf = (control: ConvoyControl): GtGeneration | undefined => {
  const name = { head: "1.0.1", july: "july", seed: "seed" }[generationOf(control)];
  return gtGenerations.find((generation) => generation.name === name);
};

/** What the stand-in says of itself. */
export const answersOf = (control: GtControl): { readonly version: string; readonly checkHelp: string } => ({
  version: `gt version ${control.version ?? factsOf(control)?.version} (stand-in)\n`,
  checkHelp: factsOf({ ...control, ...control.check })?.checkHelp ?? "",
});
