#!/usr/bin/env node
// A stand-in for Gas City's `gc`, over .gc/events.jsonl. `events --seq` prints the last number, `events --follow --after N` what
// comes after N, a line an event; it ends after as many events as .gc/limit says. `convoy check` is done by the stand-in gt.
import { spawnSync } from "node:child_process";
import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { setTimeout as delay } from "node:timers/promises";

const [command, ...args] = process.argv.slice(2);
appendFileSync(".gc/calls.jsonl", `${JSON.stringify({ pid: process.pid, args: [command, ...args] })}\n`);

const events = () =>
  readFileSync(".gc/events.jsonl", "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => ({ line, seq: JSON.parse(line).seq }));

if (command === "convoy") process.exit(spawnSync("gt", ["convoy", ...args], { stdio: "inherit" }).status ?? 1);
if (command !== "events") process.exit(2);
if (args[0] === "--seq") {
  console.log(events().at(-1)?.seq ?? 0);
  process.exit();
}

// 0 is the head, as in gc.
let last = Number(args[args.indexOf("--after") + 1]) || (events().at(-1)?.seq ?? 0);
let left = existsSync(".gc/limit") ? Number(readFileSync(".gc/limit", "utf8")) : Infinity;
for (; left > 0; await delay(10)) {
  for (const { line, seq } of events()) {
    if (seq <= last || left === 0) continue;
    last = seq;
    left -= 1;
    process.stdout.write(`${line}\n`);
  }
}
