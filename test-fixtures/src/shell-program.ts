import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** Writes a shell program into `dir`. */
export function shellProgram(dir: string, name: string, body: string): string {
  const file = join(dir, name);
  writeFileSync(file, `#!/bin/sh\n${body}\n`);
  chmodSync(file, 0o755);
  return file;
}
