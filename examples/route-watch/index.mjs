// A plugin: tells when a rig joins or leaves the town. It needs no package; any host of the contract can run it.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";

/** @type {import("@gastown/plugin-gastown").PluginFactory<never, { everySeconds: number }>} */
export default () => ({ name: "route-watch", apiVersion: 1, configSchema, start });

async function start({ signal, root, config, logger, emit }) {
  signal.throwIfAborted();
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  let prefixes = await readPrefixes(root).catch((cause) => {
    throw Object.assign(new Error("the town has no routes yet", { cause }), { code: "not-ready" });
  });

  const look = async () => {
    const now = await readPrefixes(root);
    for (const prefix of now) if (!prefixes.has(prefix)) emit({ type: "rig.joined", subject: prefix });
    for (const prefix of prefixes) if (!now.has(prefix)) emit({ type: "rig.left", subject: prefix });
    prefixes = now;
  };
  const follow = async () => {
    while (!ended.aborted) {
      await sleep(config.everySeconds * 1000, undefined, { signal: ended }).catch(() => {});
      if (!ended.aborted) await look();
    }
  };

  logger.info(`${prefixes.size} rigs`);
  const done = follow();
  done.catch(() => {});
  return {
    done,
    status: () => ({ rigs: [...prefixes] }),
    trigger: async () => (ended.aborted ? Promise.reject(new Error("route-watch has ended")) : look()),
    async [Symbol.asyncDispose]() {
      stop.abort();
      await done.catch(() => {});
    },
  };
}

async function readPrefixes(root) {
  const lines = (await readFile(join(root, ".beads", "routes.jsonl"), "utf8")).split("\n").filter(Boolean);
  return new Set(lines.map((line) => JSON.parse(line).prefix));
}

// A Standard Schema by hand; any library that makes them will do.
const configSchema = {
  "~standard": {
    version: 1,
    vendor: "route-watch",
    validate({ everySeconds = 10 }) {
      if (typeof everySeconds === "number" && everySeconds > 0) return { value: { everySeconds } };
      return { issues: [{ path: ["everySeconds"], message: "allowed: a number of seconds above 0" }] };
    },
  },
};
