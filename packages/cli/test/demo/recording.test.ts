import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startDemo } from "./run-demo.ts";

const recording = readFileSync(new URL("../../../../docs/demo.svg", import.meta.url), "utf8");
const ENTITIES: Readonly<Record<string, string>> = {
  "&gt;": ">",
  "&lt;": "<",
  "&quot;": '"',
  "&apos;": "'",
  "&amp;": "&",
};

/** The words, without the milliseconds, which are those of that day. */
const words = (text: string): string[] => [
  ...new Set(text.replaceAll(/\d+\s+ms\s+after/g, "ms after").match(/[\w✓✗-]+/g)),
];

test("the recording in the README shows what the demo tells (else: docs/demo.md)", async () => {
  const { stdout } = await startDemo(["--fast"], { NO_COLOR: "1" }).ended;
  const shown = recording
    .replace(/<text[^>]*text-anchor="middle".*?<\/text>/, "") // the title of the window
    .replace(/<style>.*?<\/style>/gs, " ")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/&\w+;/g, (entity) => ENTITIES[entity] ?? entity);
  expect(words(shown).toSorted()).toEqual(words(stdout).toSorted());
});
