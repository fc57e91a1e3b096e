import Database from "better-sqlite3";
import { expect, it } from "vitest";
import {
  buildTown,
  doltAddressCases,
  externalRefCases,
  mergeGateCases,
  restartCases,
  sqlQuotingCases,
  tempDir,
  toldCases,
} from "../src/index.ts";

const unique = (values: readonly string[]): boolean => new Set(values).size === values.length;

it("every case has a name of its own", () => {
  for (const cases of [
    sqlQuotingCases(),
    doltAddressCases(),
    externalRefCases(),
    restartCases(),
    toldCases(),
    mergeGateCases(),
  ]) {
    expect(cases.length).toBeGreaterThanOrEqual(30);
    expect(unique(cases.map(({ name }) => name))).toBe(true);
  }
});

it("every near miss differs from the id", () => {
  const wrong = sqlQuotingCases().filter(({ id, others }) => others.length < 2 || !unique([id, ...others]));
  expect(wrong.map(({ name }) => name)).toEqual([]);
});

it.each(sqlQuotingCases())("safeArgument follows the rule: $name", ({ id, safeArgument }) => {
  expect(/^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/.test(id)).toBe(safeArgument);
});

it("the builder stores every id of sql-quoting, closed or open, exactly", () => {
  using dir = tempDir();
  const town = buildTown(dir.path, { rigs: { alpha: { prefix: "al" } } });
  const ids = new Set(sqlQuotingCases().flatMap(({ id, others }) => [id, ...others]));
  for (const id of ids) town.createIssue({ id, rig: "alpha" });
  for (const { id } of sqlQuotingCases()) town.close(id);
  const closed = new Set(sqlQuotingCases().map(({ id }) => id));
  const wrong = [...ids].filter((id) => town.status(id) !== (closed.has(id) ? "closed" : "open"));
  expect(wrong).toEqual([]);
  const db = new Database(town.db("alpha"));
  expect(db.prepare("SELECT id FROM issues").pluck().all().toSorted()).toEqual([...ids].toSorted());
  db.close();
});

/** The rule in the words of tables/README.md. */
const means = (reference: string): string | undefined => {
  const [, middle, id] = /^external:([^:]*):([^]*)$/.exec(reference) ?? [];
  if (middle === undefined) return reference;
  return middle === "" ? undefined : id;
};

it.each(externalRefCases())("external-ref follows its rule: $name", ({ reference, id, matches }) => {
  expect(id !== "" && means(reference) === id).toBe(matches);
});

it.each(restartCases())("restart follows its rule: $name", ({ runs, expect: steps, state }) => {
  let failures = 0;
  for (const [index, step] of steps.entries()) {
    failures = (runs[index]?.ms ?? 0) >= 60_000 ? 0 : failures + 1;
    const longest = failures === 0 ? 50 : Math.min(30_000, 250 * 2 ** (failures - 1));
    expect(step).toEqual({ failures, minDelayMs: failures === 0 ? 0 : 50, maxDelayMs: longest });
  }
  expect(steps.length).toBe(state === "down" ? runs.length : runs.length - 1);
  expect(runs.at(-1)?.ms === null).toBe(state === "up");
});

it.each(doltAddressCases())("dolt-address has one outcome and a source: $name", (row) => {
  expect([row.sqlite, row.is, row.refused].filter((outcome) => outcome !== undefined)).toHaveLength(1);
  expect(row.source).not.toBe("");
});
