/**
 * How a convoy names what it tracks: a bare id (`hq-2jn`), or `external:<project>:<id>`.
 *
 * The middle has meant three things (first folder of the route, first two parts of the id, prefix), so it is kept
 * for show and never used to match or to route.
 */
export interface Reference {
  /** The tracked issue's id; empty when the reference names none. */
  readonly id: string;
  /** The middle segment of an external reference. */
  readonly project?: string;
}

const EXTERNAL = "external:";

/** Reads a reference as stored. Anything that is not of the external form is a bare id, exact in every character. */
export function parseReference(stored: string): Reference {
  if (!stored.startsWith(EXTERNAL)) return { id: stored };
  const colon = stored.indexOf(":", EXTERNAL.length);
  if (colon === -1) return { id: stored };
  const project = stored.slice(EXTERNAL.length, colon);
  return { id: project === "" ? "" : stored.slice(colon + 1), project };
}

/** Whether a stored reference names this issue: the whole last segment, exact in case and characters. */
export function refersTo(stored: string, issue: string): boolean {
  return issue !== "" && parseReference(stored).id === issue;
}

const ARGUMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;

/** Whether an id may become an argument of a command: never one that starts like a flag or holds anything odd. */
export function isSafeArgument(id: string): boolean {
  return ARGUMENT.test(id);
}
