import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startDemo } from "./run-demo.ts";

const recording = readFileSync(new URL("../../../../docs/demo.svg", import.meta.url), "utf8");

/** Each line without its spaces and its milliseconds, which are those of that day. */
const words = (text: string): string[] =>
  text
    .replaceAll(/\d+ ms after/g, "N ms after")
    .split("\n")
    .map((line) => line.replaceAll(" ", ""))
    .filter(Boolean);

test("the recording in the README shows what the demo tells (else: node scripts/record-demo.mts)", async () => {
  const { stdout } = await startDemo(["--fast"], { NO_COLOR: "1" }).ended;
  const lines = [...recording.matchAll(/<g class="line".*?>(.*)<\/g>/g)].map(([, line = ""]) => line);
  const shown = lines
    .join("\n")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll("&gt;", ">");
  expect(words(shown)).toEqual(words(stdout));
});
