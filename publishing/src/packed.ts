// What was packed. As a program it prints that: npm run pack.
import { readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { dist, repository } from "./workspace.ts";

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

export function packedPackages(): readonly Packed[] {
  return JSON.parse(readFileSync(join(dist, "packed.json"), "utf8")) as readonly Packed[];
}

function print(): void {
  const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`.padStart(8);
  for (const { filename, size, unpackedSize, files } of packedPackages()) {
    const file = relative(repository, join(dist, filename));
    console.log(`${file.padEnd(55)}${kB(size)}${kB(unpackedSize)} unpacked, ${files.length} files`);
  }
}

if (import.meta.main) print();
