import { existsSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { makeDirs, writeAtomically } from "@gastown/convoy-watcher/host";
import type { InstalledPlugin } from "./discover.ts";
import { digestOf, type Marker } from "./marker.ts";
import type { PluginPaths } from "./paths.ts";
import type { Undo } from "./undo.ts";

/** Writes the first settings. Returns their digest as long as nobody has changed them. */
export function writeFirstSettings(
  { settings }: InstalledPlugin,
  { settings: file }: PluginPaths,
  before: Marker | undefined,
  made: Set<string>,
  undo: Undo,
): string | undefined {
  if (existsSync(file)) return digestOf(file) === before?.settings ? before?.settings : undefined;
  for (const dir of makeDirs(dirname(file))) made.add(dir);
  writeAtomically(file, `${JSON.stringify(settings, undefined, 2)}\n`);
  undo.add(() => rmSync(file, { force: true }));
  return digestOf(file);
}
