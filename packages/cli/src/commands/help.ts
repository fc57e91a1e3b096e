import { readFileSync } from "node:fs";
import { TopicNotFoundError } from "../errors.ts";
import { EXIT } from "../exit-codes.ts";

/** Pages that are shipped with the program, as they are in the repository; `build.mjs` puts them there. */
const TOPICS = ["errors", "hooks", "merge-gate", "records", "settings", "deno"] as const;

/** Prints a page of the documentation. */
export function helpCommand(topic: string): number {
  const known = TOPICS.find((one) => one === topic);
  if (known === undefined) throw new TopicNotFoundError(topic, TOPICS);
  process.stdout.write(readFileSync(new URL(`./help/${known}.md`, import.meta.url), "utf8"));
  return EXIT.done;
}
