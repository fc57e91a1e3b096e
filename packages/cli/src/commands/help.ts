import { readFileSync } from "node:fs";
import { TopicNotFoundError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";
import { HELP_TOPICS } from "../help-topics.ts";

/** Prints a page of the documentation; `build.mjs` puts it beside the program. */
export function helpCommand(topic: string): number {
  if (!Object.hasOwn(HELP_TOPICS, topic)) throw new TopicNotFoundError(topic, Object.keys(HELP_TOPICS));
  process.stdout.write(readFileSync(new URL(`./help/${topic}.md`, import.meta.url), "utf8"));
  return EXIT.done;
}
