import { expect, test } from "vitest";
import { fingerprint } from "../src/convoy.ts";
import type { ConvoySnapshot } from "../src/index.ts";

const CONVOY: ConvoySnapshot = {
  id: "hq-cv-a",
  title: "A",
  status: "open",
  open: true,
  staged: false,
  owned: false,
  updatedAt: "1",
  tracked: [{ reference: "gt-1", id: "gt-1", state: "done", status: "closed", since: "1", rig: "gastown" }],
};

test("what matters not to landing does not change the fingerprint", () => {
  expect(fingerprint({ ...CONVOY, title: "B" })).toBe(fingerprint(CONVOY));
});

test.for<[string, Partial<ConvoySnapshot>]>([
  ["its status", { status: "hooked" }],
  ["its owner", { owned: true }],
  ["when it was written to", { updatedAt: "2" }],
  ["what it tracks", { tracked: [] }],
  [
    "the state of an issue",
    { tracked: [{ reference: "gt-1", id: "gt-1", state: "open", status: "open", since: "1" }] },
  ],
  [
    "when an issue was closed",
    { tracked: [{ reference: "gt-1", id: "gt-1", state: "done", status: "closed", since: "2" }] },
  ],
])("%s changes the fingerprint", ([, changed]) => {
  expect(fingerprint({ ...CONVOY, ...changed })).not.toBe(fingerprint(CONVOY));
});
