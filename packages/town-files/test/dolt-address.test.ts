import { dirname, join } from "node:path";
import { DatabaseError } from "@gastown/convoy-core";
import { type DoltAddressCase, doltAddressCases } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { addressOf, beadsDirOf, type Environment, type Files, storeOf } from "../src/index.ts";

const ROOT = "/root-of-all";
const TOWN = join(ROOT, "town");

/** The files of a case, and nothing else. */
function filesOf({ files, alive = [] }: DoltAddressCase): Files {
  const texts = new Map<string, string>();
  const directories = new Set<string>();
  for (const [path, content] of Object.entries(files)) {
    const full = join(ROOT, path);
    const text = typeof content === "string" ? content.replaceAll("$ROOT", ROOT) : JSON.stringify(content);
    if (path.endsWith("/")) directories.add(full.slice(0, -1));
    else texts.set(full, text);
    for (let dir = dirname(full); dir !== "/"; dir = dirname(dir)) directories.add(dir);
  }
  return {
    text: (file) => texts.get(file),
    isDirectory: (path) => directories.has(path),
    exists: (path) => texts.has(path) || directories.has(path),
    names: (dir) =>
      [...texts.keys(), ...directories]
        .filter((path) => dirname(path) === dir)
        .map((path) => path.slice(dir.length + 1))
        .toSorted(),
    isAlive: (pid) => alive.includes(pid),
  };
}

function outcomeOf(row: DoltAddressCase): Record<string, unknown> {
  const files = filesOf(row);
  const env: Environment = {
    HOME: join(ROOT, "home"),
    ...Object.fromEntries(
      Object.entries(row.env ?? {}).map(([name, value]) => [name, value.replaceAll("$ROOT", ROOT)]),
    ),
  };
  try {
    const store = storeOf(beadsDirOf(TOWN, row.place ?? ".", files), TOWN, env, files);
    if (store.kind === "sqlite") return { sqlite: store.file.slice(ROOT.length + 1) };
    const { server, decidedBy, ...address } = addressOf(store, TOWN, env, files);
    const by = Object.entries(decidedBy).map(([part, what]) => [part, what.replaceAll(`${ROOT}/`, "")]);
    return { is: { ...server, ...address, decidedBy: Object.fromEntries(by) } };
  } catch (error) {
    if (!(error instanceof DatabaseError)) throw error;
    expect(error.hint).not.toBe("");
    return { refused: { fault: error.fault, words: error.message } };
  }
}

test.each(doltAddressCases())("$name", (row) => {
  const outcome = outcomeOf(row);
  if (row.sqlite !== undefined) expect(outcome).toEqual({ sqlite: row.sqlite });
  else if (row.refused !== undefined)
    expect(outcome).toEqual({ refused: { ...row.refused, words: expect.stringContaining(row.refused.words) } });
  else {
    const absent = Object.entries(row.is ?? {}).flatMap(([part, value]) => (value === null ? [part] : []));
    const named = Object.fromEntries(Object.entries(row.is ?? {}).filter(([, value]) => value !== null));
    expect(outcome).toMatchObject({ is: named });
    for (const part of absent) expect(outcome["is"]).not.toHaveProperty(part);
  }
});
