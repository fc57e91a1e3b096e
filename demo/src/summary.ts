import { printable, type WatchRecord } from "@gastown/convoy-core";
import type { Output, Screen } from "./narrator.ts";
import type { Stage } from "./stage.ts";
import { type DemoConvoy, type DemoStore, PACKAGE_DIR, WAITING } from "./town.ts";

/** What became of one convoy: as its database says, not as anybody reported. */
export interface Fate {
  readonly convoy: DemoConvoy;
  readonly landed: boolean;
  /** It is as it should be: landed and told of once, or still open and told of to nobody. */
  readonly good: boolean;
  /** Milliseconds from the hint to the landing. */
  readonly ms?: number;
  /** Why it has not landed. */
  readonly why?: string;
}

/** What is left to say at the end. */
export interface Outcome {
  readonly fates: readonly Fate[];
  /** Closes and deletions. */
  readonly done: number;
  /** How many of them were closes in the event feed, which is what gt's own watcher acts on: none where bd has no feed. */
  readonly inFeed: number;
}

/** Reads the town, the mail and the feed, after the story. */
export async function readOutcome(stage: Stage, records: readonly WatchRecord[], done: number): Promise<Outcome> {
  const fates = await Promise.all(stage.convoys.map((convoy) => fateOf(convoy, stage, records)));
  return { fates, done, inFeed: stage.store === "dolt" ? 0 : await closesInFeed(stage) };
}

async function closesInFeed(stage: Stage): Promise<number> {
  // Closed in the course of the story, by an agent.
  const actedOn = new Set(stage.convoys.flatMap(({ after, tracks }) => (after === undefined ? [] : tracks)));
  const feed = JSON.parse(await stage.bd(".", ["activity", "--town", "--json"])) as Record<string, unknown>[];
  const closes = feed.filter(({ new_status, issue_id }) => new_status === "closed" && actedOn.has(String(issue_id)));
  return new Set(closes.map(({ issue_id }) => issue_id)).size;
}

async function fateOf(convoy: DemoConvoy, { status, tools }: Stage, records: readonly WatchRecord[]): Promise<Fate> {
  const lands = convoy.after !== undefined;
  const landed = (await status(convoy.id)) === "closed";
  const mails = tools.control.mails().filter((mail) => mail.convoy === convoy.id && mail.to === WAITING).length;
  const good = landed === lands && mails === (lands ? 1 : 0);
  const mine = records.filter((record) => "convoy" in record && record.convoy === convoy.id);
  const told = mine.find((record) => record.event === "landed");
  if (landed) return { convoy, landed, good, ...(told !== undefined && { ms: told.ms }) };
  const waits = mine.findLast((record) => record.event === "waiting");
  const why = waits?.blockers.map((blocker) => blocker.why).join("; ");
  return { convoy, landed, good, ...(why !== undefined && { why }) };
}

/** Says what landed, what did not and why, and what to do next. */
export function summarise(
  { fates, done, inFeed }: Outcome,
  store: DemoStore,
  screen: Screen,
  style: Output["style"],
): void {
  const landed = `${fates.filter((fate) => fate.landed).length} of ${fates.length} convoys landed`;
  const well = fates.every(({ good }) => good);
  screen.gap();
  screen.say(style("bold", well ? `${landed}, each once, and ${WAITING} was told of each once:` : `${landed}:`), 1);
  for (const fate of fates) tell(fate, screen, style);
  screen.gap();
  screen.say(
    store === "dolt"
      ? `Agents closed or deleted ${done} issues. bd has no event feed here: all of it was seen in the databases.`
      : `Agents finished ${done} issues. The event feed, all that gt's own watcher looks at, shows the closing of ${inFeed}.`,
    1,
  );
  screen.gap();
  const installed = PACKAGE_DIR.split(/[\\/]/).includes("node_modules");
  screen.say(`Next, in a town of yours${installed ? "" : " (from this repository)"}:`, 1);
  const command = installed ? "convoy-cli" : "npx convoy-cli";
  screen.say(`${command} check --dry-run --town DIR   ${style("dim", "what is due; touches nothing")}`, 3, 2);
  screen.say(`${command} watch --town DIR             ${style("dim", "land it, from now on")}`, 3, 2);
  screen.gap();
}

function tell({ convoy, landed, good, ms, why }: Fate, screen: Screen, style: Output["style"]): void {
  const { title, after = "a hint" } = convoy;
  const reason = printable(why ?? "nobody knows why");
  const row = (colour: "red" | "green" | "yellow", mark: string, text: string): void =>
    screen.row(`${mark} ${title}`, text, (left) => style(colour, left));
  if (!good) row("red", "✗", landed ? "landed, but not as it should" : `did not land: ${reason}`);
  else if (landed) row("green", "✓", `${ms ?? "?"} ms after ${after}`);
  else row("yellow", "…", `waits: ${reason}`);
}
