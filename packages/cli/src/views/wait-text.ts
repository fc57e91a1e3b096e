import { printable } from "@gastown/convoy-core";
import { named } from "../reporters/words.ts";
import type { Outcome } from "../wait/outcome.ts";
import { stateInShort } from "./convoy-text.ts";
import type { ConvoyView } from "./views.ts";

/** A convoy that is still waited for. */
export function waitingText(convoy: ConvoyView, now: number): string {
  return `${named(convoy)}: ${stateInShort(convoy, now)}`;
}

/** How waiting for a convoy has ended. */
export function outcomeText({ id, title }: { readonly id: string; readonly title: string }, outcome: Outcome): string {
  const name = named({ convoy: id, title });
  switch (outcome.event) {
    case "landed":
      return `✓ ${name} has landed${outcome.told === undefined ? "" : ", and everybody was told"}`;
    case "closed":
      return `✗ ${name} was closed with work open: ${outcome.open.map((issue) => printable(issue, 80)).join(", ")}`;
    case "stuck":
      return `✗ ${name} is stuck; gt said: ${printable(outcome.output.split("\n").at(-1) ?? "")}`;
    default: {
      const who = outcome.untold.map((address) => printable(address, 80)).join(", ");
      return `✗ ${name} has landed; ${who === "" ? printable(outcome.told) : `not told: ${who}`}`;
    }
  }
}
