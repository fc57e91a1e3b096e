import { printable, WatcherError } from "@gastown/convoy-core";

/** The directory for temporary files is in a town, whose gt would take the demo's town for its own. */
export class DemoInTownError extends WatcherError {
  constructor(temp: string, town: string) {
    super(
      "demo-in-town",
      `the demo will not build its town in ${temp}, which is part of the town ${town}`,
      "set TMPDIR to a directory outside of every town",
    );
  }
}

/** A town on Dolt is wanted, and nothing here can serve it. */
export class DoltNotFoundError extends WatcherError {
  constructor() {
    super(
      "dolt-not-found",
      "dolt is not on PATH",
      "install Dolt, or leave out --store: a town in SQLite needs nothing",
    );
  }
}

/** Something that the demo is made of did not work: not a convoy that did not land, which the summary tells. */
export class DemoFailedError extends WatcherError {
  constructor(what: string, output: string) {
    super(
      "demo-failed",
      output === "" ? what : `${what}: ${printable(output, 1_000)}`,
      "run it again with -v, and report what it prints",
    );
  }
}
