import { WatcherError } from "@gastown/convoy-core";

/** Something that Deno was not given leave for. */
class DenoPermissionError extends WatcherError {
  constructor(cause: Error) {
    super(
      "permission-denied",
      `Deno does not let this program do that: ${cause.message}`,
      "docs/guides/deno.md has the permissions that each command needs",
      { cause },
    );
  }
}

/** Deno's refusal of something, by its name, which is all it has. */
export function asDenial(error: unknown): WatcherError | undefined {
  return error instanceof Error && error.name === "NotCapable" ? new DenoPermissionError(error) : undefined;
}

/** Convoys were named that the town does not have. */
export class ConvoyNotFoundError extends WatcherError {
  readonly convoys: readonly string[];

  constructor(convoys: readonly string[]) {
    super(
      "convoy-not-found",
      `the town has no convoy ${convoys.join(", ")}`,
      "see `convoy-cli list --all` for those it has",
    );
    this.convoys = convoys;
  }
}

/** An id was named that is neither a convoy nor an issue of the town. */
export class IssueNotFoundError extends WatcherError {
  readonly issue: string;

  constructor(issue: string) {
    super(
      "issue-not-found",
      `the town has no convoy and no issue ${issue}`,
      "`convoy-cli list --all` shows the convoys; ids of issues are written in full, as `bd show` wants them",
    );
    this.issue = issue;
  }
}

/** A rig was named that no route leads to. */
export class RigNotFoundError extends WatcherError {
  readonly rig: string;

  constructor(rig: string, rigs: readonly string[]) {
    super("rig-not-found", `the town has no rig ${rig}`, `it has ${rigs.join(", ")}`);
    this.rig = rig;
  }
}
