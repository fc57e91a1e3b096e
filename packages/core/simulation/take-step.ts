import type { Feeding, Step } from "./history.ts";
import type { Supervisor } from "./supervisor.ts";
import type { World } from "./world.ts";

/** Lets a step of a history happen. */
export function takeStep(step: Step, world: World, supervisor: Supervisor): void {
  const { gt, oracle, town } = world;
  if (DISTURBS.has(step.kind)) oracle.disturbed();
  switch (step.kind) {
    case "convoy":
      town.put(step.convoy, "open", true);
      for (const reference of step.references) create(world, reference);
      return town.setEdges(step.convoy, step.references);
    case "make":
      return make(step, world);
    case "track":
      create(world, step.reference);
      return town.setEdges(step.convoy, [...(town.edges.get(step.convoy) ?? []), step.reference]);
    case "untrack":
      return town.setEdges(
        step.convoy,
        (town.edges.get(step.convoy) ?? []).filter((reference) => reference !== step.reference),
      );
    case "close":
      return close(world, step.issue, step.feeding);
    case "reopen":
      if (town.row(step.issue) === undefined) return;
      town.put(step.issue, "open");
      return world.tell(step.issue, "reopened", step.feeding);
    case "delete":
      town.remove(step.issue);
      return world.tell(step.issue, "closed", step.feeding);
    case "finish":
      for (const reference of town.edges.get(step.convoy) ?? []) close(world, issueOf(reference), step.feeding);
      return;
    case "status":
      if (step.status === "closed") oracle.testimony.closedByOthers(step.convoy);
      if (town.row(step.convoy) !== undefined) town.put(step.convoy, step.status, true);
      return;
    case "own":
      return town.own(step.convoy, step.owned);
    case "fault":
      town.setFault(step.rig, step.fault);
      return world.later(step.ms, () => town.setFault(step.rig, undefined));
    case "replace":
      town.setFault(step.rig, "replaced");
      return world.later(step.ms, () => {
        town.replace(step.rig, step.rollBack);
        if (step.rollBack && step.rig === "hq") oracle.testimony.rolledBack();
        town.setFault(step.rig, undefined);
      });
    case "feed":
      return breakFeed(step, world);
    case "gt":
      gt.kind = step.gt;
      return;
    case "health":
      gt.health = step.health;
      gt.diesAfter = step.diesAfter;
      return;
    case "pace":
      gt.pace = step.ms;
      return;
    case "rival":
      return world.rival.become(step.how);
    case "jump":
      return world.jump(step.ms);
    case "crash":
      if (supervisor.watcher === undefined) return;
      supervisor.crash(step.orphan);
      return world.later(step.ms, () => supervisor.start());
    case "restart":
      supervisor.restart(step.ms, step.second);
  }
}

/** What may make a convoy that is being put together a complete one, or an old one, by another way. */
const DISTURBS: ReadonlySet<Step["kind"]> = new Set([
  "close",
  "finish",
  "delete",
  "reopen",
  "status",
  "replace",
  "fault",
  "jump",
  "crash",
  "restart",
  "track",
  "untrack",
  "convoy",
  "make",
]);

/** As gt does: the convoy is made or opened again, then each issue follows by itself. All of them are closed. */
function make({ convoy, references, gap }: Step & { kind: "make" }, world: World): void {
  const { oracle, town } = world;
  for (const reference of references) {
    create(world, reference);
    close(world, issueOf(reference), "lost");
  }
  const known = town.row(convoy) !== undefined;
  if (known && !town.isOpenConvoy(convoy)) town.stamp(convoy, false);
  const wasOpen = town.isOpenConvoy(convoy);
  if (!wasOpen) {
    town.put(convoy, "open", true);
    world.tell(convoy, "reopened", "now");
  }
  const before = town.edges.get(convoy) ?? [];
  const added = [...new Set(references)].filter((reference) => !before.includes(reference));
  if (!wasOpen) oracle.isMade(convoy, added.length);
  for (const [index, reference] of added.entries())
    world.later(gap * (index + 1), () => {
      town.setEdges(convoy, [...(town.edges.get(convoy) ?? []), reference]);
      oracle.hasMade(convoy);
    });
}

function breakFeed({ how, source, ms }: Step & { kind: "feed" }, { feeds }: World): void {
  const feed = feeds[source] ?? feeds[0];
  if (how === "dies") feed?.dies(ms);
  else if (how === "mute") feed?.falls(ms);
  else feed?.breaks(how);
}

function create({ town }: World, reference: string): void {
  const issue = issueOf(reference);
  if (town.row(issue) === undefined) town.put(issue, "open");
}

function close(world: World, issue: string, feeding: Feeding): void {
  // What no route leads to is closed somewhere: the event may come all the same.
  if (world.town.row(issue) !== undefined) world.town.put(issue, "closed");
  world.tell(issue, "closed", feeding);
}

function issueOf(reference: string): string {
  return reference.split(":").at(-1) ?? "";
}
