import { WatcherError } from "@gastown/convoy-core";

/** Convoys were named that the town does not have. */
export class ConvoyNotFoundError extends WatcherError {
  readonly convoys: readonly string[];

  constructor(convoys: readonly string[]) {
    super("convoy-not-found", `the town has no convoy ${convoys.join(", ")}`, "see `convoy-cli list --all` for those it has");
    this.convoys = convoys;
  }
}
