import { isDone, routeOf, type TrackedIssue } from "@gastown/convoy-core";
import type { ReadTown } from "./read-town.ts";

/** An issue, whether or not a convoy tracks it: from its home, else from the town. */
export async function findIssue({ files }: ReadTown, id: string): Promise<TrackedIssue | undefined> {
  const { town, homes } = await files.databases();
  for (const home of new Set([routeOf(homes, id) ?? town, town])) {
    const [row] = await (await home.open()).issues([id]);
    if (row === undefined) continue;
    return { ...row, reference: id, state: isDone(row.status) ? "done" : "open", rig: home.rig };
  }
  return undefined;
}
