import { delimiter, dirname } from "node:path";
import { toolEnvironment } from "@gastown/bd-source";
import { findTool } from "./find-tool.ts";

/**
 * The environment for gt. It runs the `bd` on its PATH: that must be the one we were told of, also when a supervisor
 * has given us next to no PATH.
 */
export function commandEnvironment(env: NodeJS.ProcessEnv, bd: string | undefined): NodeJS.ProcessEnv {
  const clean = toolEnvironment(env);
  if (bd === undefined || findTool("bd", undefined, clean["PATH"], process.cwd()) === bd) return clean;
  return { ...clean, PATH: [dirname(bd), clean["PATH"]].filter(Boolean).join(delimiter) };
}
