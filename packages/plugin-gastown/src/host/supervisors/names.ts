import { createHash } from "node:crypto";
import { basename } from "node:path";

/** A name for what belongs to one town: readable, and different for each town. */
export function townSlug(town: string): string {
  const hash = createHash("sha256").update(town).digest("hex").slice(0, 8);
  const name = basename(town)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")
    .slice(0, 32);
  return name === "" ? hash : `${name}-${hash}`;
}
