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

/** A value that says something, as text. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
