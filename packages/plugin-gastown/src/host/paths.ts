import { join } from "node:path";

/** Where everything that has to do with a plugin lies in a town. */
export interface PluginPaths {
  readonly town: string;
  /** What gt sees. */
  readonly dir: string;
  /** Says that the directory is ours, and how it was enabled. */
  readonly marker: string;
  readonly settings: string;
  /** Settings of the host itself, for all plugins. */
  readonly hostSettings: string;
  /** What all plugins of the town have emitted. */
  readonly events: string;
  /** The plugin's own directory, and the host's. */
  readonly stateDir: string;
  /** What the running host says of itself. */
  readonly note: string;
  /** Held by the running host. */
  readonly lock: string;
  readonly log: string;
  /** What a process said that could not even start. */
  readonly errors: string;
  /** Held while the plugin is enabled or disabled. */
  readonly changeLock: string;
}

export function pathsOf(town: string, plugin: string): PluginPaths {
  const dir = join(town, "plugins", plugin);
  const stateDir = join(town, ".runtime", plugin);
  return {
    town,
    dir,
    marker: join(dir, "config.json"),
    settings: join(town, "settings", `${plugin}.json`),
    hostSettings: join(town, "settings", "gastown.json"),
    events: join(town, ".runtime", "events.jsonl"),
    stateDir,
    note: join(stateDir, "host.json"),
    lock: join(stateDir, "host.lock"),
    log: join(stateDir, "host.log"),
    errors: join(stateDir, "host.err"),
    changeLock: join(stateDir, "change.lock"),
  };
}
