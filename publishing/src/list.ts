// Prints what was packed: npm run pack.
import { join, relative } from "node:path";
import { packedPackages } from "./packed.ts";
import { dist, repository } from "./workspace.ts";

const kB = (bytes: number): string => `${Math.round(bytes / 1000)} kB`.padStart(8);

for (const { filename, size, unpackedSize, files } of packedPackages()) {
  const file = relative(repository, join(dist, filename));
  console.log(`${file.padEnd(55)}${kB(size)}${kB(unpackedSize)} unpacked, ${files.length} files`);
}
