import { readFileSync } from "node:fs";
import { EXIT, TopicNotFoundError } from "../errors.ts";

/** Pages that are shipped with the program, by the name under which `help` prints them, and where they are in docs/. */
export const HELP_TOPICS: Readonly<Record<string, string>> = {
  errors: "errors.md",
  hooks: "guides/hooks.md",
  "merge-gate": "guides/merge-gate.md",
  records: "reference/records.md",
  settings: "reference/settings.md",
  deno: "guides/deno.md",
};

/** Prints a page of the documentation; `build.mjs` puts it beside the program. */
export function helpCommand(topic: string): number {
  if (!Object.hasOwn(HELP_TOPICS, topic)) throw new TopicNotFoundError(topic, Object.keys(HELP_TOPICS));
  process.stdout.write(readFileSync(new URL(`./help/${topic}.md`, import.meta.url), "utf8"));
  return EXIT.done;
}
