import { WatcherError } from "@gastown/convoy-core";

/** What the exit status says; part of the contract, and shown by `--help`. That of signals and of a held town host-kit knows. */
export const EXIT = {
  done: 0,
  failure: 1,
  usage: 2,
  findings: 3,
  timedOut: 124,
} as const;

/** Something that Deno was not given leave for. */
class DenoPermissionError extends WatcherError {
  constructor(cause: Error) {
    super(
      "permission-denied",
      `Deno does not let this program do that: ${cause.message}`,
      "`convoy-cli help deno` has the permissions that each command needs",
      { cause },
    );
  }
}

/** Deno's refusal of something, by its name, which is all it has. */
export function asDenial(error: unknown): WatcherError | undefined {
  return error instanceof Error && error.name === "NotCapable" ? new DenoPermissionError(error) : undefined;
}

/** Convoys were named that the town does not have. */
export class ConvoyNotFoundError extends WatcherError {
  readonly exitCode?: number;

  /** @param exitCode the exit status, where it is not that of every fault */
  constructor(convoys: readonly string[], exitCode?: number) {
    super(
      "convoy-not-found",
      `the town has no convoy ${convoys.join(", ")}`,
      "`convoy-cli list --all` shows those it has; `convoy-cli why ID` takes issues, too",
    );
    if (exitCode !== undefined) this.exitCode = exitCode;
  }
}

/** The watcher that holds the town was asked to look, and did not. */
export class WatcherSilentError extends WatcherError {
  constructor(pid: number) {
    super(
      "watcher-silent",
      `the watcher with pid ${pid} was asked to sweep and has not answered within a minute`,
      "see `convoy-cli status`; if it hangs, kill it and start another",
    );
  }
}

/** Help was asked for something that there is no help for. */
export class TopicNotFoundError extends WatcherError {
  constructor(topic: string, topics: readonly string[]) {
    super(
      "topic-not-found",
      `there is no command and no page ${topic}`,
      `see \`convoy-cli --help\` for the commands; pages are ${topics.join(", ")}`,
    );
  }
}

/** An issue was named where a convoy is wanted. */
export class NotAConvoyError extends WatcherError {
  readonly exitCode?: number;

  /** @param exitCode the exit status, where it is not that of every fault */
  constructor(issue: string, exitCode?: number) {
    super(
      "not-a-convoy",
      `${issue} is an issue, not a convoy`,
      `\`convoy-cli why ${issue}\` says which convoys wait on it`,
    );
    if (exitCode !== undefined) this.exitCode = exitCode;
  }
}

/** An id was named that is neither a convoy nor an issue of the town. */
export class IssueNotFoundError extends WatcherError {
  constructor(issue: string) {
    super(
      "issue-not-found",
      `the town has no convoy and no issue ${issue}`,
      "`convoy-cli list --all` shows the convoys; ids of issues are written in full, as `bd show` wants them",
    );
  }
}

/** A rig was named that no route leads to. */
export class RigNotFoundError extends WatcherError {
  constructor(rig: string, rigs: readonly string[]) {
    super("rig-not-found", `the town has no rig ${rig}`, `it has ${rigs.join(", ")}`);
  }
}
