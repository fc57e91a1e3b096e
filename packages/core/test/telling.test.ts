import { expect, test } from "vitest";
import type { ConvoySnapshot } from "../src/index.ts";
import { type Context, newLife } from "../src/life.ts";
import { told } from "../src/telling.ts";

const ID = "hq-cv-a";
const context = { now: 1_000, wall: 1_000, random: 0.5, others: "somebody else" } as Context;
const closed: ConvoySnapshot = {
  id: ID,
  title: "A",
  status: "closed",
  open: false,
  staged: false,
  owned: false,
  tracked: [],
};

/** The command that a person is told to type for an address without mail. */
function commandFor(address: string): string | undefined {
  const state = { since: 0, by: "close", closedAt: 500, running: false, dueAt: 0, tries: 0, mendable: true } as const;
  const life = { ...newLife(ID), state: { kind: "telling", ...state } as const };
  const verdict = { told: "closed, not told", untold: [address], repair: "mail", why: "" } as const;
  const { records } = told(life, { kind: "told", convoy: closed, verdict, result: undefined }, context);
  const warning = records.find(({ event }) => event === "warning");
  return warning !== undefined && "hint" in warning ? warning.hint : undefined;
}

// `gt mail send` of 2026-01-12 and of 0.5.0 end with "unknown flag: --from"; those of 1.0.1 and later take all of these.
test.each([
  ["mayor/", "mayor/"],
  ["alpha/crew/max", "alpha/crew/max"],
  ["@town", "@town"],
  ["it's", "-- 'it'\\''s'"],
  ["--permanent", "-- '--permanent'"],
  ["$(reboot)", "-- '$(reboot)'"],
])("the command for %j is one that any gt takes, and the address never becomes a flag or a command", (address, to) => {
  expect(commandFor(address)).toBe(
    `write to them: gt mail send -s "Convoy landed: ${ID}" -m "Convoy ${ID} has completed." ${to}`,
  );
});
