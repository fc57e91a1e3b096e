import { readFileSync } from "node:fs";
import { glob } from "zx";

export interface Manifest {
  name: string;
  workspaces?: string[];
  scripts?: Record<string, string>;
}

export interface WorkspacePackage {
  dir: string;
  manifest: Manifest;
}

export const readJson = (file: string): unknown => JSON.parse(readFileSync(file, "utf8"));

/** The packages of the workspace, as the root package.json names them. */
export const packages = (): WorkspacePackage[] =>
  glob
    .sync(((readJson("package.json") as Manifest).workspaces ?? []).map((pattern) => `${pattern}/package.json`))
    .map((file) => file.replace(/\/package\.json$/, ""))
    .sort()
    .map((dir) => ({ dir, manifest: readJson(`${dir}/package.json`) as Manifest }));
