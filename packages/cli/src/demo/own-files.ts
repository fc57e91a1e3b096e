import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The directory of this package, from its source as from its bundle. */
export function packageDir(): string {
  let dir = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(dir, "package.json")) && dirname(dir) !== dir) dir = dirname(dir);
  return dir;
}

/** The command line that starts convoy-cli again, with the runtime that runs this. */
export function ownCommand(): readonly [file: string, ...args: string[]] {
  const flags = "Deno" in globalThis ? ["run", "-A", "--quiet"] : [];
  return [process.execPath, ...flags, join(packageDir(), "bin", "convoy-cli.js")];
}

/** The stand-ins as they are bundled, those for a town on Dolt by `dolt-`. */
export function standInPrograms(kind: "" | "dolt-" = ""): { readonly bd: string; readonly gt: string } {
  const program = (name: string): string => join(packageDir(), "dist", `demo-${kind}${name}.js`);
  return { bd: program("bd"), gt: program("gt") };
}
