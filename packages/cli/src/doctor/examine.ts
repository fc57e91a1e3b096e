import { messageOf, WatcherError } from "@gastown/convoy-core";
import { findWatcher, openStore, type Version, systemClock } from "@gastown/convoy-watcher";
import { driverOf, gateOf } from "@gastown/convoy-watcher/host";
import { asDenial } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { townOf } from "../town.ts";
import { type Check, checkRuntime, type Finding, type Group, wrong } from "./check.ts";
import { checkConvoys } from "./convoys.ts";
import { checkDatabases, checkSchemas } from "./databases.ts";
import { checkTools } from "./tools.ts";
import { checkRoutes, checkTown, isOfCity } from "./town.ts";
import { checkDaemons, checkWatcher } from "./watcher.ts";

/**
 * Looks at everything, one group after the other. What one check cannot find out is a finding, and stops no other.
 *
 * @param begin called before each group, which may take a while
 * @param end called with what was found
 */
export async function examine(
  options: CommonOptions,
  begin: (group: Group) => void,
  end: (checks: readonly Check[]) => void,
): Promise<string | undefined> {
  const look = async (group: Group, check: () => Promise<readonly Finding[]> | readonly Finding[]): Promise<void> => {
    begin(group);
    let findings: readonly Finding[];
    try {
      findings = await check();
    } catch (error) {
      const known = asDenial(error) ?? error;
      findings = [
        wrong(
          group,
          messageOf(known),
          known instanceof WatcherError ? known.hint : "this is a fault of convoy-cli: please report it",
        ),
      ];
    }
    end(findings.map((finding) => ({ ...finding, group })));
  };

  await look("runtime", () => checkRuntime());
  let town: string | undefined;
  await look("town", () => {
    town = townOf(options);
    return checkTown(town);
  });
  let activity = false;
  let bd: Version | undefined;
  const tools = async (): Promise<readonly Finding[]> => {
    const found = await checkTools(town, options);
    activity = found.activity;
    bd = found.bd;
    return found.findings;
  };
  if (town === undefined) {
    await look("tools", tools);
    return undefined;
  }
  const root: string = town;
  const gate = gateOf(root, options.gate);
  const { store, files, close } = openStore(root, { driver: driverOf(root, options.driver), gate });
  try {
    await look("databases", () => checkDatabases(root, files));
    await look("routes", () => checkRoutes(root));
    const city = isOfCity(root);
    // A city needs neither gt nor a watcher.
    if (!city) {
      await look("tools", async () => [...(await tools()), ...(await checkSchemas(files, bd))]);
      if (activity) await look("daemons", () => checkDaemons(files));
      await look("watcher", () => checkWatcher(root, systemClock.wall(), gate !== undefined));
    }
    await look("convoys", () => checkConvoys(store, city ? "gc" : findWatcher(root), systemClock.wall()));
  } finally {
    close();
  }
  return root;
}
