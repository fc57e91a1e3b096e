// A plugin: tells of mail in the mayor's inbox that nobody has read for an hour, once for each.
import { execFile } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { definePlugin } from "@gastown/plugin-api";

const run = promisify(execFile);

export default definePlugin({
  name: "stale-mail",
  async run({ signal, root, config, ready, emit, setStatus, onTrigger }) {
    const { address = "mayor/", minutes = 60, everyMinutes = 5 } = config;
    const told = new Set();
    const look = async () => {
      const args = ["mail", "inbox", address, "--unread", "--json"];
      const { stdout } = await run("gt", args, { cwd: root, signal, timeout: 60_000 });
      const old = Date.now() - minutes * 60_000;
      const stale = (JSON.parse(stdout) ?? []).filter(({ timestamp }) => Date.parse(timestamp) < old);
      for (const { id, from, subject } of stale)
        if (told.size !== told.add(id).size)
          emit({ type: "mail.stale", subject: id, payload: { address, from, subject } });
      setStatus({ summary: { unread: `${stale.length} for more than ${minutes} min in ${address}` } });
    };
    onTrigger(look);
    await look();
    ready();
    while (!signal.aborted) {
      await sleep(everyMinutes * 60_000, undefined, { signal });
      await look();
    }
  },
});
