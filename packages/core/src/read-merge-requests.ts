import { parseAttachmentFields, parseMergeRequestFields } from "./description.ts";
import { DatabaseError, messageOf } from "./errors.ts";
import type { Home, MergeRows } from "./issue-database.ts";
import type { MergeRequest, MergeRequests } from "./merge-gate.ts";
import { routeOf } from "./routes.ts";

/**
 * What the rows say of the merging of these issues, a query for each database. A merge request lies in the database of
 * its issue. What cannot be read is told in words, and is no failure.
 */
export async function readMergeRequests(
  issues: readonly string[],
  homes: readonly Home[],
  town: Home,
): Promise<ReadonlyMap<string, MergeRequests>> {
  const wanted = byHome(issues, homes, town);
  const known = new Map<string, MergeRequests>();
  const strays: string[] = [];
  await Promise.all(
    [...wanted].map(async ([home, ids]) => {
      const there = await readHome(home, ids);
      for (const [id, found] of there) known.set(id, found);
      if (home.path !== town.path) strays.push(...ids.filter((id) => !there.has(id)));
    }),
  );
  // An issue that is missing where its route leads may be the town's own.
  if (strays.length > 0) for (const [id, found] of await readHome(town, strays)) known.set(id, found);
  return known;
}

/** For those of these ids that are merge requests, the issue that each is about. What cannot be read is left out. */
export async function readMergeSources(
  ids: readonly string[],
  homes: readonly Home[],
  town: Home,
): Promise<ReadonlyMap<string, string>> {
  const sources = await Promise.all(
    [...byHome(ids, homes, town)].map(async ([home, there]) => {
      try {
        return [...((await (await home.open()).mergeSources?.(there)) ?? [])];
      } catch (error) {
        if (!(error instanceof DatabaseError)) throw error;
        return [];
      }
    }),
  );
  return new Map(sources.flat());
}

function byHome(ids: readonly string[], homes: readonly Home[], town: Home): ReadonlyMap<Home, string[]> {
  const wanted = new Map<Home, string[]>();
  for (const id of ids) {
    const home = routeOf(homes, id) ?? town;
    const list = wanted.get(home) ?? [];
    list.push(id);
    wanted.set(home, list);
  }
  return wanted;
}

/** Those of these issues that this database has; all of them when it cannot be read. */
async function readHome(home: Home, ids: readonly string[]): Promise<ReadonlyMap<string, MergeRequests>> {
  const unread = (why: string): Map<string, MergeRequests> =>
    new Map(ids.map((id) => [id, { requests: [], unread: why }]));
  try {
    const rows = await (await home.open()).mergeRequests?.(ids);
    if (rows === undefined) return unread(`${home.rig} does not keep merge requests where they can be read`);
    return byIssue(rows, new Set(ids));
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    return unread(messageOf(error));
  }
}

function byIssue({ issues, requests }: MergeRows, wanted: ReadonlySet<string>): ReadonlyMap<string, MergeRequests> {
  const requestsOf = new Map<string, MergeRequest[]>();
  for (const { description, ...row } of requests) {
    const fields = parseMergeRequestFields(description);
    const { sourceIssue } = fields;
    if (sourceIssue === undefined || !wanted.has(sourceIssue)) continue;
    const list = requestsOf.get(sourceIssue) ?? [];
    list.push({ ...row, fields });
    requestsOf.set(sourceIssue, list);
  }
  return new Map(
    issues.map(({ id, description, ...row }) => [
      id,
      { ...row, requests: requestsOf.get(id) ?? [], attachment: parseAttachmentFields(description) },
    ]),
  );
}
