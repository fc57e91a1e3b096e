import { Harness } from "./harness.ts";

/** A town with one more convoy, of which every issue is closed. */
export function complete(harness: Harness = new Harness(), convoy = "hq-cv-a", ...references: string[]): Harness {
  const tracked = references.length === 0 ? ["external:gastown:gt-1"] : references;
  harness.town.convoy(convoy, ...tracked);
  harness.town.close(...tracked.map((reference) => reference.split(":").at(-1) ?? ""));
  return harness;
}

/** A town with a convoy that waits for `hq-1`, and for nothing else. */
export function almostComplete(): Harness {
  const harness = new Harness();
  harness.town.convoy("hq-cv-a", "external:gastown:gt-1", "hq-1");
  harness.town.close("gt-1");
  return harness;
}
