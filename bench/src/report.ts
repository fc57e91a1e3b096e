import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { three } from "./lib/format.ts";
import { machine } from "./lib/machine.ts";
import { type Measured, sectionOf, targetsOf } from "./lib/markdown.ts";
import { svgOf } from "./lib/plot.ts";

const docs = fileURLToPath(new URL("../../docs/", import.meta.url));
const page = `${docs}performance.md`;
const atStart = machine();

/** Puts what was measured between its marks in docs/performance.md; what people wrote around them stays. */
export function writeReport(measured: readonly Measured[], seconds: number): void {
  const targets = measured.flatMap(({ result }) => result.targets ?? []);
  const when = new Date().toISOString().slice(0, 16).replace("T", " ");
  const run = [...atStart, `date: ${when} UTC; command: \`npm run bench\` (${three(seconds / 60)} min)`];
  const targetText = `${targetsOf(targets)}\n\n${run.map((line) => `- ${line}`).join("\n")}`;
  let text = replace(readFileSync(page, "utf8"), "targets", targetText);
  text = replace(text, "benches", measured.map(sectionOf).join("\n\n"));
  writeFileSync(page, text);
  mkdirSync(`${docs}performance`, { recursive: true });
  for (const plot of measured.flatMap(({ result }) => result.plots ?? [])) {
    writeFileSync(`${docs}performance/${plot.file}.svg`, svgOf(plot));
  }
}

function replace(text: string, mark: string, content: string): string {
  const begin = `<!-- ${mark}: written by npm run bench -->`;
  const end = `<!-- end of ${mark} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/performance.md has lost its mark "${begin}"`);
  return `${text.slice(0, from + begin.length)}\n\n${content}\n\n${text.slice(to)}`;
}
