import { readFileSync } from "node:fs";
import { join } from "node:path";
import { dist } from "./workspace.ts";

/** A package as npm packed it. Sizes in bytes. */
export interface Packed {
  readonly name: string;
  readonly version: string;
  /** Name of the tarball in `dist`. */
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** What was packed. `npm run pack` does. */
export function packedPackages(): readonly Packed[] {
  return JSON.parse(readFileSync(join(dist, "packed.json"), "utf8")) as readonly Packed[];
}
