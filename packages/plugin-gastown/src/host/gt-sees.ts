import { realpathSync } from "node:fs";
import { messageOf } from "@gastown/convoy-core";
import { commandEnvironment, findTool, isObject, readObject } from "@gastown/convoy-watcher/host";
import { execa } from "execa";
import type { PluginPaths } from "./paths.ts";

const TIMEOUT = 15_000;

/** Whether gt lists the plugin; `undefined` when it could not be asked. */
export interface Seen {
  readonly seen: boolean | undefined;
  readonly why?: string;
}

/** Asks gt, which needs bd beside it and to be run in the town. */
export async function gtSees(name: string, paths: PluginPaths, env: NodeJS.ProcessEnv): Promise<Seen> {
  const { town, dir, settings } = paths;
  const { bd: givenBd, gt: givenGt } = toolsOf(settings);
  const gt = findTool("gt", givenGt, env["PATH"], town);
  const bd = findTool("bd", givenBd, env["PATH"], town);
  if (gt === undefined || bd === undefined)
    return { seen: undefined, why: `${gt === undefined ? "gt" : "bd"} is not on PATH` };
  const { failed, stdout, stderr, shortMessage } = await execa(gt, ["plugin", "list", "--json"], {
    cwd: town,
    env: commandEnvironment(env, bd),
    extendEnv: false,
    reject: false,
    stdin: "ignore",
    timeout: TIMEOUT,
    maxBuffer: 10_000_000,
    killDescendants: true,
  });
  if (failed) return { seen: undefined, why: `gt plugin list failed: ${stderr.trim().slice(-500) || shortMessage}` };
  try {
    const plugins: unknown = JSON.parse(stdout);
    const list: readonly unknown[] = Array.isArray(plugins) ? plugins : [];
    const ours = list.find((one) => isObject(one) && one["name"] === name);
    if (!isObject(ours)) return { seen: false, why: stderr.trim().slice(-500) || "it is not in the list" };
    const listed = realpathSync(String(ours["path"]));
    return listed === realpathSync(dir) ? { seen: true } : { seen: false, why: `gt takes the one in ${listed}` };
  } catch (error) {
    return { seen: undefined, why: `gt plugin list gave no list: ${messageOf(error)}` };
  }
}

function toolsOf(settings: string): { readonly bd: string | undefined; readonly gt: string | undefined } {
  const { bd, gt } = readObject(settings) ?? {};
  return { bd: typeof bd === "string" ? bd : undefined, gt: typeof gt === "string" ? gt : undefined };
}
