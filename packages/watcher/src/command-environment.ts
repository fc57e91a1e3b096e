import { delimiter, dirname } from "node:path";
import { toolEnvironment } from "@gastown/process";
import { findTool } from "./find-tool.ts";

/**
 * The environment for gt, which runs the `bd` on its PATH. Where a supervisor's PATH has none, that is the one we were
 * told of; else gt keeps its own, since ours may be one that is named for its feed alone.
 */
export function commandEnvironment(env: NodeJS.ProcessEnv, bd: string | undefined): NodeJS.ProcessEnv {
  const clean = toolEnvironment(env);
  if (bd === undefined || findTool("bd", undefined, clean["PATH"], process.cwd()) !== undefined) return clean;
  return { ...clean, PATH: [dirname(bd), clean["PATH"]].filter(Boolean).join(delimiter) };
}
