// Records `convoy-cli demo` as it runs, and draws it as docs/demo.svg. `--check` only says whether that one still shows
// what the demo tells; the milliseconds may differ.
import { readFileSync, writeFileSync } from "node:fs";
import { $, argv } from "zx";
import { drawRecording, type TimedLine, wordsOf } from "./record-svg.mts";

const file = "docs/demo.svg";
const env = { ...process.env, FORCE_COLOR: "1", LC_ALL: "C.UTF-8", TERM: "xterm-256color" };
delete (env as NodeJS.ProcessEnv)["NO_COLOR"];

const record = async (flags: readonly string[]): Promise<TimedLine[]> => {
  const start = performance.now();
  const lines: TimedLine[] = [];
  for await (const line of $({ env, quiet: true })`node packages/cli/bin/convoy-cli.js demo ${flags}`)
    lines.push({ at: performance.now() - start, line });
  return lines;
};

const maskTimes = (text: string): string => text.replaceAll(/\d+ ms after/g, "N ms after").replaceAll(/ +/g, " ");

await $({ quiet: true })`turbo run build --filter=@gastown/convoy-cli`;
const recording = drawRecording(await record(argv["check"] ? ["--fast"] : []), "convoy-cli demo");
if (!argv["check"]) writeFileSync(file, recording);
else if (maskTimes(wordsOf(recording)) !== maskTimes(wordsOf(readFileSync(file, "utf8")))) {
  console.error(`Error: ${file} shows another demo than there is\nHint: run \`node scripts/record-demo.mts\``);
  process.exitCode = 1;
}
