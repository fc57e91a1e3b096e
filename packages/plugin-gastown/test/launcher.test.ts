import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import { expect, test } from "vitest";
import { inRepository } from "./support/repository.ts";

const source = readFileSync(inRepository("packages/plugin-gastown/bin/gastown.js"), "utf8")
  .replace(/^#!.*/, "")
  .replaceAll("import.meta.url", '"file:///"')
  .replaceAll(/\bimport\(/g, "load(");

/** What the launcher does on a Node of this version, until it has imported something. */
function launchedOn(node: string): { said: string[]; status?: number; imported: boolean } {
  const seen: { said: string[]; status?: number; imported: boolean } = { said: [], imported: false };
  const exit = (status: number): never => {
    seen.status = status;
    throw new Error("exit");
  };
  const load = (): Promise<never> => {
    seen.imported = true;
    return new Promise(() => {});
  };
  const process = { versions: { node }, argv: [], env: {}, exit };
  try {
    runInNewContext(source, { process, load, URL, console: { error: (line: string) => seen.said.push(line) } });
  } catch (error) {
    if (seen.status === undefined) throw error;
  }
  return seen;
}

test.each(["16.20.2", "20.20.2", "22.0.0", "22.13.1", "23.5.0"])(
  "Node %s: one clear line, status 1, nothing is imported",
  (node) => {
    expect(launchedOn(node)).toEqual({
      said: [`Error: gastown needs Node 22.14, 23.6 or newer; this is Node ${node}`],
      status: 1,
      imported: false,
    });
  },
);

test.each(["22.14.0", "23.6.0", "24.0.0", "100.0.0"])("Node %s is good enough", (node) => {
  expect(launchedOn(node)).toEqual({ said: [], imported: true });
});
