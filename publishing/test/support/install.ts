import { tempDir } from "@gastown/test-fixtures";
import type { TestProject } from "vitest/node";
import { installPacked } from "./project.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** An empty project with the packed packages installed. */
    readonly installed: string;
  }
}

/** Installs once for all test files. */
export default async function setup({ provide }: TestProject): Promise<() => void> {
  const dir = tempDir(undefined, "packed-");
  provide("installed", await installPacked(dir.path));
  return dir.remove;
}
