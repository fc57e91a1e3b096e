import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { inRepository } from "./support/repository.ts";

const textOf = (chunk: string): string => readFileSync(inRepository(`packages/plugin-gastown/dist/${chunk}`), "utf8");

/** The packages of others in these chunks and in all that is loaded with them, and what of Node is big. */
function loadedWith(...entries: readonly string[]): string[] {
  const chunks = new Set(entries);
  for (const chunk of chunks)
    for (const [, next = ""] of textOf(chunk).matchAll(/^import .*?"\.\/([^"]+)";$/gm)) chunks.add(next);
  const text = [...chunks].map(textOf).join("\n");
  const found = text.matchAll(
    /^\/\/(?:#region)? .*node_modules\/((?:@[^/\n]+\/)?[^/\n]+)\/|^import .*"(node:crypto)";$/gm,
  );
  return [...new Set([...found].map(([, name, builtin]) => name ?? builtin ?? ""))].toSorted();
}

/** What an entry loads when it is needed. */
const lazily = (name: string): string =>
  new RegExp(`import\\("\\./(${name}-[^"]+)"\\)`).exec(textOf("host.js"))?.[1] ?? "";

test("the process that stays loads nothing of what only the other commands need", () => {
  // valibot checks settings.
  expect(loadedWith("host.js", lazily("run"))).toEqual(["valibot"]);
  expect(loadedWith(lazily("program"))).toEqual(["commander"]);
});
