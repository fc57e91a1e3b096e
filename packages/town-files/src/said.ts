/** A value, and who says so: a variable, a file, or `default`. */
export interface Said<T = string> {
  readonly value: T;
  readonly by: string;
}

/** The first that says something. */
export function firstOf<T>(...candidates: readonly (Said<T> | undefined)[]): Said<T> | undefined {
  return candidates.find((candidate) => candidate !== undefined);
}

/** A value with its origin; undefined when there is none. */
export function said<T>(by: string, value: T | undefined): Said<T> | undefined {
  return value === undefined ? undefined : { value, by };
}

/** A TCP port, as number or text. */
export function portOf(value: unknown): number | undefined {
  const port = typeof value === "string" && /^\s*\d+\s*$/.test(value) ? Number(value) : value;
  return typeof port === "number" && Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined;
}

/** What bd takes for this machine. */
export function isLocalHost(host: string): boolean {
  return /^(?:|localhost|127\.0\.0\.1|\[?::1\]?|0\.0\.0\.0)$/.test(host.trim().toLowerCase());
}

/** A value that says something, as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
