import { toldCases } from "@gastown/test-fixtures";
import { expect, test } from "vitest";
import { decideTold, isDone, type Message, parseConvoyFields, tellsOf } from "../src/index.ts";

test.for(toldCases())("$name", ({ convoy: row, mails, gt, told, untold, repair }) => {
  const convoy = {
    open: !isDone(row.status),
    ...parseConvoyFields(row.description),
    ...(row.closed_at !== null && { closedAt: row.closed_at }),
  };
  const messages = mails
    ?.filter((mail) => tellsOf("hq-cv-a", { createdBy: mail.created_by, description: mail.description }))
    .map((mail): Message => ({ to: mail.assignee, at: mail.created_at }));

  const verdict = decideTold(convoy, messages, gt);

  expect(verdict).toMatchObject({ told, untold, repair: repair ?? undefined });
  expect(verdict.why).not.toBe("");
});

test("without a description nobody is known to wait", () => {
  const gt = { checkTakesId: true, stamps: true };
  expect(decideTold({ open: false, closedAt: "2026-11-25T16:39:34Z" }, [], gt)).toMatchObject({
    told: "cannot be known",
    repair: undefined,
  });
});

test("a mail whose time cannot be read may be of any close", () => {
  const gt = { checkTakesId: true, stamps: true };
  const convoy = { open: false, closedAt: "2026-11-25T16:39:34Z", notify: [] };
  expect(decideTold(convoy, [{ to: "mayor/", at: "soon" }], gt)).toMatchObject({ told: "cannot be known" });
});

test.for([
  [{ toldAt: "2026-11-25T16:39:36Z" }, "no mail to overseer; gt's stamp says that it tried"],
  [
    { toldAt: "2026-11-25T10:00:00Z" },
    "no mail to overseer; gt's stamp is of an earlier close, so that it told nobody now",
  ],
  [{}, "no mail to overseer; gt has not stamped it"],
] as const)("says what the stamp says: %j", ([stamp, why]) => {
  const convoy = { open: false, closedAt: "2026-11-25T16:39:34Z", notify: ["overseer"], ...stamp };
  const messages = [{ to: "mayor/", at: "2026-11-25T16:39:36Z" }];
  expect(decideTold(convoy, messages, { checkTakesId: true, stamps: true }).why).toBe(why);
});
