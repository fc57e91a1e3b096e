// Hosts the convoy watcher in a program of your own: node watch.mjs TOWN [SETTINGS]. Prints a line for each event.
import { resolve } from "node:path";
import createConvoyWatcher from "@gastown/plugin-gastown";
import { run } from "../toy-host/toy-host.mjs";

const [town, settings = "{}"] = process.argv.slice(2);
const stop = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => stop.abort(name));

const say = (message) => console.error(message);
await run(createConvoyWatcher(), {
  root: resolve(town),
  settings: JSON.parse(settings),
  signal: stop.signal,
  emit: (event) => console.log(JSON.stringify(event)),
  logger: { debug() {}, info: say, warn: say, error: say },
});
