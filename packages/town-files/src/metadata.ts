import { join } from "node:path";
import { messageOf } from "@gastown/convoy-core";
import { type Files, unreadable } from "./files.ts";

/** The keys of `metadata.json`, unchecked. */
export type Metadata = Readonly<Record<string, unknown>>;

/**
 * Reads `metadata.json`, or `config.json`, its name in old days. None says nothing.
 *
 * @throws {DatabaseError} when it cannot be understood: what it says must not be guessed
 */
export function readMetadata(beadsDir: string, files: Files): Metadata {
  const file = join(beadsDir, "metadata.json");
  const text = files.text(file);
  if (text !== undefined) return parse(file, text);
  const old = join(beadsDir, "config.json");
  return parse(old, files.text(old) ?? "{}");
}

function parse(file: string, text: string): Metadata {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as Metadata;
    throw new Error("it is not an object");
  } catch (error) {
    throw unreadable(file, `it is not valid JSON (${messageOf(error)})`, "correct it: bd needs it as well");
  }
}

/** A value, and who says so: a variable, a file, or `default`. */
export interface Said<T = string> {
  readonly value: T;
  readonly by: string;
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
