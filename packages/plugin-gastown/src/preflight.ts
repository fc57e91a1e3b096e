import { credentialsFileOf, findWatcher, neededVariables, TownLockedError } from "@gastown/convoy-watcher";
import { findRival } from "@gastown/convoy-watcher/host";
import type { Preflight, PreflightContext } from "@gastown/plugin-api";

/** Another watcher holds the town, or gt's own daemon lands convoys in it, too. */
export function preflight({ root, settings, env, pid }: PreflightContext): Preflight {
  const watcher = findWatcher(root);
  const rival = findRival(root)?.name;
  const grace = typeof settings["grace"] === "string" ? settings["grace"] : "7s";
  const { plain, secret } = neededVariables(root, env);
  const file = credentialsFileOf(env) ?? "~/.config/beads/credentials";
  return {
    environment: { plain, secret, instead: `put the password into ${file}, below a line [host:port], as password=…` },
    ...(watcher.state === "running" && watcher.pid !== pid && { refuse: new TownLockedError(root, watcher) }),
    remarks:
      rival === undefined
        ? []
        : [
            `${rival} lands convoys here, too: each complete one is left to it for ${grace} first, so that nobody is told twice`,
          ],
  };
}
