import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { BREAKS } from "./breaks.ts";
import type { Core } from "./core.ts";

const SRC = fileURLToPath(new URL("../src", import.meta.url));

/** A copy of the core with one rule broken. */
export async function loadBroken(name: string): Promise<Core> {
  const copy = mkdtempSync(join(tmpdir(), `broken-core-${name}-`));
  try {
    breakIn(copy, name);
    writeFileSync(join(copy, "package.json"), '{ "type": "module" }');
    return (await import(/* @vite-ignore */ pathToFileURL(join(copy, "index.ts")).href)) as Core;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** Copies the source there, and breaks it. Fails when the text that is to be changed is not there exactly once. */
export function breakIn(copy: string, name: string): void {
  const texts = textsOf(name);
  cpSync(SRC, copy, { recursive: true });
  for (const [file, text] of texts) writeFileSync(join(copy, file), text);
}

/** The files of a break, as they are then. */
export function textsOf(name: string): ReadonlyMap<string, string> {
  const broken = BREAKS[name];
  if (broken === undefined) throw new Error(`no such break: ${name} (there are ${Object.keys(BREAKS).join(", ")})`);
  const texts = new Map<string, string>();
  for (const { file, from, to } of broken.changes) {
    const parts = (texts.get(file) ?? readFileSync(join(SRC, file), "utf8")).split(from);
    if (parts.length !== 2)
      throw new Error(`${file} has ${parts.length - 1} places to break "${name}" at, not one: ${from}`);
    texts.set(file, parts.join(to));
  }
  return texts;
}
