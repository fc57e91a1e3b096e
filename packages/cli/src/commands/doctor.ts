import { messageOf, printable, WatcherError } from "@gastown/convoy-core";
import { findWatcher, openStore, systemClock } from "@gastown/convoy-watcher";
import { driverOf, gateOf } from "@gastown/convoy-watcher/host";
import { checkConvoys } from "../doctor/convoys.ts";
import { checkDatabases, checkSchemas } from "../doctor/databases.ts";
import { type Check, type Finding, type Group, wrong } from "../doctor/finding.ts";
import { checkRuntime, checkTools, type ToolFindings } from "../doctor/tools.ts";
import { checkRoutes, checkTown, isOfCity } from "../doctor/town.ts";
import { checkDaemons, checkWatcher } from "../doctor/watcher.ts";
import { asDenial, EXIT } from "../errors.ts";
import type { CommonOptions } from "../options.ts";
import { createOutput, type Output, pad, plural, safeJson, wrap } from "../output.ts";
import { townOf } from "../town.ts";

/** Looks at everything the watcher depends on; fails with its own exit status when something is wrong. */
export async function doctorCommand(options: CommonOptions): Promise<number> {
  const { json, quiet } = options;
  const output = createOutput(options.color);
  const say = json ? () => undefined : output.out;
  const checks: Check[] = [];
  const town = await examine(options, async (group, look) => {
    if (!quiet) say(output.style("bold", `${group.slice(0, 1).toUpperCase()}${group.slice(1)}`));
    const found = (await findings(group, look)).map((finding) => ({ ...finding, group }));
    checks.push(...found);
    const shown = found.filter(({ level }) => !quiet || level === "wrong");
    for (const check of shown) for (const line of lines(check, found, output)) say(line);
  });
  const counts = { good: 0, note: 0, wrong: 0 };
  for (const { level } of checks) counts[level] += 1;
  const healthy = counts.wrong === 0;
  if (json)
    output.out(
      safeJson({ town: town ?? null, healthy, counts, checks: checks.map((check) => ({ hint: null, ...check })) }, 2),
    );
  else if (!quiet) say(`\n${counts.good} good, ${plural(counts.note, "note")}, ${counts.wrong} wrong`);
  return healthy ? EXIT.done : EXIT.findings;
}

type Look = () => Promise<readonly Finding[]> | readonly Finding[];

/** Looks at one group after the other. Gives the town, when there is one. */
async function examine(
  options: CommonOptions,
  examineGroup: (group: Group, look: Look) => Promise<void>,
): Promise<string | undefined> {
  await examineGroup("runtime", () => checkRuntime());
  let found: string | undefined;
  await examineGroup("town", () => checkTown((found = townOf(options))));
  let tools: ToolFindings | undefined;
  const lookAtTools = async (): Promise<readonly Finding[]> => (tools = await checkTools(found, options)).findings;
  if (found === undefined) {
    await examineGroup("tools", lookAtTools);
    return undefined;
  }
  const town: string = found;
  const gate = gateOf(town, options.gate);
  const { store, files, close } = openStore(town, { driver: driverOf(town, options.driver), gate });
  try {
    await examineGroup("databases", () => checkDatabases(town, files));
    await examineGroup("routes", () => checkRoutes(town));
    const city = isOfCity(town);
    // A city needs neither gt nor a watcher.
    if (!city) {
      await examineGroup("tools", async () => [...(await lookAtTools()), ...(await checkSchemas(files, tools?.bd))]);
      if (tools?.activity) await examineGroup("daemons", () => checkDaemons(files));
      await examineGroup("watcher", () => checkWatcher(town, systemClock.wall(), gate !== undefined));
    }
    await examineGroup("convoys", () => checkConvoys(store, city ? "gc" : findWatcher(town), systemClock.wall()));
  } finally {
    close();
  }
  return town;
}

/** What one look cannot find out is a finding, and stops no other. */
async function findings(group: Group, look: Look): Promise<readonly Finding[]> {
  try {
    return await look();
  } catch (error) {
    const known = asDenial(error) ?? error;
    const hint = known instanceof WatcherError ? known.hint : "this is a fault of convoy-cli: please report it";
    return [wrong(group, messageOf(known), hint)];
  }
}

const MARKS = { good: ["✓", "green"], note: ["!", "yellow"], wrong: ["✗", "red"] } as const;

function lines(check: Check, group: readonly Check[], { columns, style }: Output): string[] {
  const [mark, colour] = MARKS[check.level];
  const names = Math.max(...group.map(({ name }) => Math.min(24, printable(name, 24).length)));
  const room = columns();
  const indent = " ".repeat(names + 6);
  const facts = wrap(`  ${mark} ${pad(printable(check.name, 24), names)}  ${printable(check.fact, 600)}`, room, indent);
  const hint = check.level === "good" ? [] : wrap(`${indent}${printable(check.hint, 600)}`, room, indent);
  return [
    ...facts.map((line, at) => (at === 0 ? line.replace(mark, () => style(colour, mark)) : line)),
    ...hint.map((line) => style("dim", line)),
  ];
}
