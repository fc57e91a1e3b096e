import type { Feeding, Step } from "./history.ts";
import type { Supervisor } from "./supervisor.ts";
import type { World } from "./world.ts";

/** Lets a step of a history happen. */
export function takeStep(step: Step, world: World, supervisor: Supervisor): void {
  const { feed, gt, oracle, town } = world;
  switch (step.kind) {
    case "convoy":
      town.put(step.convoy, "open", true);
      for (const reference of step.references) create(world, reference);
      return town.setEdges(step.convoy, step.references);
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
      return feed.tell(step.issue, "reopened", step.feeding);
    case "delete":
      town.remove(step.issue);
      return feed.tell(step.issue, "closed", step.feeding);
    case "finish":
      for (const reference of town.edges.get(step.convoy) ?? []) close(world, issueOf(reference), step.feeding);
      return;
    case "status":
      if (step.status === "closed") oracle.closedByHand(step.convoy);
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
        town.setFault(step.rig, undefined);
      });
    case "feed":
      return step.how === "dies" ? feed.dies(step.ms) : feed.falls(step.ms);
    case "gt":
      gt.kind = step.gt;
      return;
    case "health":
      gt.health = step.health;
      return;
    case "pace":
      gt.pace = step.ms;
      return;
    case "rival":
      world.rival = step.present;
      return;
    case "crash":
      if (supervisor.watcher === undefined) return;
      supervisor.crash(step.orphan);
      return world.later(step.ms, () => supervisor.start());
    case "restart":
      supervisor.restart(step.ms);
  }
}

function create({ town }: World, reference: string): void {
  const issue = issueOf(reference);
  if (town.row(issue) === undefined) town.put(issue, "open");
}

function close({ feed, town }: World, issue: string, feeding: Feeding): void {
  // What no route leads to is closed somewhere: the event may come all the same.
  if (town.row(issue) !== undefined) town.put(issue, "closed");
  feed.tell(issue, "closed", feeding);
}

function issueOf(reference: string): string {
  return reference.split(":").at(-1) ?? "";
}
