import { messageOf, WatcherError } from "@gastown/convoy-core";

/** No town where one was looked for. */
export class TownNotFoundError extends WatcherError {
  readonly path: string;

  constructor(path: string, message: string, hint: string) {
    super("town-not-found", message, hint);
    this.path = path;
  }
}

/** A program that is needed is not there. */
export class ToolNotFoundError extends WatcherError {
  readonly tool: string;

  constructor(tool: string, message: string) {
    super(
      "tool-not-found",
      message,
      `install Gas Town, put ${tool} on PATH, or name it with --${tool} PATH or in settings/convoy-watcher.json`,
    );
    this.tool = tool;
  }
}

/** Another watcher of ours holds this town. */
export class TownLockedError extends WatcherError {
  /** Process id of the holder; undefined when it has not said. */
  readonly pid: number | undefined;

  constructor(town: string, holder: { readonly pid: number; readonly since: string } | undefined) {
    const who = holder === undefined ? "another watcher" : `the watcher with pid ${holder.pid} (since ${holder.since})`;
    const plugin = "`gastown plugins disable convoy-watcher` if it is the plugin";
    const stop = holder === undefined ? plugin : `kill ${holder.pid}, or ${plugin}`;
    super(
      "town-locked",
      `${who} holds ${town}`,
      `one watcher a town is enough: \`convoy-cli status\` shows what it does; to stop it, ${stop}`,
    );
    this.pid = holder?.pid;
  }
}

/** The directory for the watcher's own files cannot be written. */
export class StateDirError extends WatcherError {
  readonly path: string;

  constructor(path: string, cause: unknown) {
    super(
      "state-not-writable",
      `${path} cannot be written: ${messageOf(cause)}`,
      "the watcher keeps its lock and status there: check its owner, mode and disk",
      { cause },
    );
    this.path = path;
  }
}

/** The lock of the town was removed, or put elsewhere, under the watcher that held it. */
export class LockLostError extends WatcherError {
  readonly path: string;

  constructor(path: string) {
    super(
      "lock-lost",
      `the lock in ${path} was removed or replaced while this watcher held it: another one may run now`,
      "leave that directory alone while a watcher runs; start it again, and one of the two will be refused",
    );
    this.path = path;
  }
}

/** A settings file that cannot be used. The message names the key, its value, and what is allowed. */
export class SettingsError extends WatcherError {
  readonly path: string;

  constructor(path: string, message: string, cause?: unknown) {
    super("settings-invalid", `${path}: ${message}`, "fix the file or remove it; what it leaves out has its default", {
      cause,
    });
    this.path = path;
  }
}

/** Deno was started without leave to end what is run here. */
export class PermissionError extends WatcherError {
  constructor(cause: unknown) {
    super(
      "permission-denied",
      "Deno does not let this program end what gt and bd start",
      "add /bin/kill to --allow-run, or give --allow-run without a list: `convoy-cli help deno` has more",
      { cause },
    );
  }
}

/** A system on which programs that were started cannot be ended with all they started. */
export class PlatformError extends WatcherError {
  readonly platform: string;

  constructor(platform: string) {
    super(
      "platform-unsupported",
      `a town cannot be watched on ${platform}: what gt and bd start could not be ended with them`,
      "run it in WSL, where the town is; list, status, why, doctor and check --dry-run work here",
    );
    this.platform = platform;
  }
}
