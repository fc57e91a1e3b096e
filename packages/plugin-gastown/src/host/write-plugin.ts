import { chmodSync, lstatSync, mkdirSync, readFileSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { writeAtomically } from "@gastown/convoy-watcher/host";
import { HostError } from "./errors.ts";
import { readMarker } from "./note.ts";
import type { PluginPaths } from "./paths.ts";

/** Texts of the files of a plugin directory, by name. */
export type PluginFiles = Readonly<Record<"plugin.md" | "run.sh" | "config.json", string>>;

/**
 * Refuses a plugin directory that is not ours, or puts it out of the way: gt does not list directories with a dot.
 *
 * @returns where it was put
 * @throws {HostError}
 */
export function putForeignAside({ dir, marker }: PluginPaths, force: boolean): string | undefined {
  const stat = lstatSync(dir, { throwIfNoEntry: false });
  if (stat === undefined || (stat.isDirectory() && readMarker(marker) !== undefined)) return undefined;
  if (!force)
    throw new HostError(
      "foreign-plugin",
      `${dir} is there already, and was not written by this program`,
      "look at it; with --force it is put aside, as a directory that gt does not list",
    );
  const aside = join(dirname(dir), `.${basename(dir)}.${new Date().toISOString().replaceAll(":", "")}`);
  renameSync(dir, aside);
  return aside;
}

/**
 * Writes the plugin directory: a new one appears as a whole, in an old one only what has changed is replaced.
 *
 * @returns whether anything has changed
 */
export function writePlugin({ dir }: PluginPaths, files: PluginFiles): boolean {
  if (statSync(dir, { throwIfNoEntry: false }) !== undefined)
    return Object.entries(files).filter(([name, text]) => replace(join(dir, name), text)).length > 0;
  const draft = join(dirname(dir), `.${basename(dir)}.${process.pid}.tmp`);
  rmSync(draft, { recursive: true, force: true });
  try {
    mkdirSync(draft);
    for (const [name, text] of Object.entries(files)) write(join(draft, name), text);
    renameSync(draft, dir);
  } catch (error) {
    rmSync(draft, { recursive: true, force: true });
    throw error;
  }
  return true;
}

/** Removes our files, and the directory unless somebody keeps something else in it; says whether it is gone. */
export function removePlugin(dir: string): boolean {
  for (const name of ["plugin.md", "run.sh", "config.json"]) rmSync(join(dir, name), { force: true });
  for (const empty of [dir, dirname(dir)]) {
    try {
      rmdirSync(empty);
    } catch {
      // Somebody keeps something in it.
    }
  }
  return statSync(dir, { throwIfNoEntry: false }) === undefined;
}

function replace(file: string, text: string): boolean {
  if (read(file) === text) return false;
  write(file, text);
  return true;
}

function write(file: string, text: string): void {
  writeAtomically(file, text);
  if (file.endsWith(".sh")) chmodSync(file, 0o755);
}

function read(file: string): string | undefined {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
