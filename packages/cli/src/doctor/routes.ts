import { existsSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { parseRoutes, type Route } from "@gastown/convoy-core";
import { leftOutOf } from "@gastown/convoy-watcher";
import { type Finding, good, note, wrong } from "./check.ts";

/** Every line of `routes.jsonl`: whether it can be read, and leads somewhere. */
export function checkRoutes(town: string): Finding[] {
  const file = join(town, ".beads", "routes.jsonl");
  if (!existsSync(file)) {
    return [
      note(
        "routes.jsonl",
        "there is none: only issues of the town itself can be judged",
        "gt rig add writes it; see `gt rig list`",
      ),
    ];
  }
  const { routes, rejected } = parseRoutes(readFileSync(file, "utf8"));
  return [
    ...rejected.map(({ line, why, outside }) =>
      outside === undefined
        ? wrong(`line ${line}`, `is left out: ${why}`, `fix or remove line ${line} of ${file}`)
        : leftOut(town, outside, why),
    ),
    ...routes.map((route, at) => checkRoute(town, file, route, routes.slice(0, at))),
    ...(routes.length === 0 ? [note("routes.jsonl", "names no rig", "gt rig add writes it; see `gt rig list`")] : []),
  ];
}

/** What a Gas City's rig keeps is no fault of the rig that is looked at by itself. */
function leftOut(town: string, { prefix, path }: Route, why: string): Finding {
  const counted = leftOutOf(town).find((one) => one.prefix === prefix && one.path === path);
  if (counted !== undefined) return wrong(prefix, `is left out (${path}): ${why}`, counted.hint);
  return note(prefix, `leads to ${path}, which is not looked at`, "a rig of a Gas City keeps what its convoys track");
}

function checkRoute(town: string, file: string, { prefix, path }: Route, before: readonly Route[]): Finding {
  const dir = join(town, path);
  const remove = `remove its line from ${file}, or bring the rig back`;
  const twin = before.find((route) => route.prefix === prefix);
  if (twin !== undefined && twin.path !== path)
    return note(
      prefix,
      `leads to ${path}, but an earlier line leads to ${twin.path}, and counts`,
      `remove one of the two lines of ${file}`,
    );
  if (!statSync(dir, { throwIfNoEntry: false })?.isDirectory())
    return wrong(prefix, `leads nowhere: there is no directory ${dir}`, remove);
  if (!existsSync(join(dir, ".beads")))
    return wrong(prefix, `leads to ${path}, which has no .beads`, `run \`bd init\` in ${dir}, or ${remove}`);
  return good(prefix, `leads to ${path === "." ? "the town" : path}`);
}
