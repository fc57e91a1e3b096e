import { start, until } from "./run.ts";
import type { Running } from "./run.ts";
import type { TownWithTools } from "./town-with-tools.ts";

export const follow: readonly string[] = ["activity", "--follow", "--town", "--json"];

/** A `bd activity` that has printed so many lines. */
export const following = async (tools: TownWithTools, heard: number): Promise<Running> => {
  const running = start(tools.bd, follow, tools.town.dir);
  await until(() => running.lines().length >= heard && tools.control.calls("bd").length > 0);
  return running;
};
