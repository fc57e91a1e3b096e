// A watcher in a process of its own, as a host runs it: prints its records, and stops when its stdin ends.
import { watchTown } from "../../../src/index.ts";

const [, , town = "", bd = "", gt = ""] = process.argv;
const stop = new AbortController();
process.stdin.resume();
process.stdin.on("end", () => stop.abort("test"));
await watchTown({
  town,
  version: "0.0.0",
  bd,
  gt,
  sources: ["db"],
  sweepEvery: 500,
  grace: 0,
  steps: ["check", "close", "force"],
  dryRun: false,
  report: (record) => void process.stdout.write(`${JSON.stringify(record)}\n`),
  stop: stop.signal,
  kill: new AbortController().signal,
});
