import { printable } from "@gastown/convoy-core";
import type { Output } from "../output.ts";
import { type DemoStore, WAITING } from "./cast.ts";
import type { Marks } from "./marks.ts";
import type { Fate, Outcome } from "./outcome.ts";
import { packageDir } from "./own-files.ts";
import type { Screen } from "./screen.ts";

/** Says what landed, what did not and why, and what to do next. */
export function summarise(
  { fates, done, inFeed }: Outcome,
  store: DemoStore,
  screen: Screen,
  output: Output,
  marks: Marks,
): void {
  const landed = `${fates.filter((fate) => fate.landed).length} of ${fates.length} convoys landed`;
  const well = fates.every(({ good }) => good);
  screen.gap();
  screen.say(
    output.style("bold", well ? `${landed}, each once, and ${WAITING} was told of each once:` : `${landed}:`),
    1,
  );
  for (const fate of fates) tell(fate, screen, output, marks);
  screen.gap();
  screen.say(
    store === "dolt"
      ? `Agents closed or deleted ${done} issues. bd has no event feed here: all of it was seen in the databases.`
      : `Agents finished ${done} issues. The event feed, all that gt's own watcher looks at, shows the closing of ${inFeed}.`,
    1,
  );
  screen.gap();
  const installed = packageDir().split(/[\\/]/).includes("node_modules");
  screen.say(`Next, in a town of yours${installed ? "" : " (from this repository)"}:`, 1);
  const command = installed ? "convoy-cli" : "npx convoy-cli";
  screen.say(`${command} check --dry-run --town DIR   ${output.style("dim", "what is due; touches nothing")}`, 3, 2);
  screen.say(`${command} watch --town DIR             ${output.style("dim", "land it, from now on")}`, 3, 2);
  screen.gap();
}

function tell({ convoy, landed, good, ms, why }: Fate, screen: Screen, { style }: Output, marks: Marks): void {
  const { title, after = "a hint" } = convoy;
  const reason = printable(why ?? "nobody knows why");
  const row = (colour: "red" | "green" | "yellow", mark: string, text: string): void =>
    screen.row(`${mark} ${title}`, text, (left) => style(colour, left));
  if (!good) row("red", marks.failed, landed ? "landed, but not as it should" : `did not land: ${reason}`);
  else if (landed) row("green", marks.landed, `${ms ?? "?"} ms after ${after}`);
  else row("yellow", marks.waits, `waits: ${reason}`);
}
