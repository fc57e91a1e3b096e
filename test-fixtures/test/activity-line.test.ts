import { expect, it } from "vitest";
import { activityLine } from "../src/index.ts";
import type { Change } from "../src/index.ts";
import { localTime } from "../src/schema/database.ts";

const time = BigInt(Date.UTC(2026, 0, 13, 2, 3, 11)) * 1_000_000n + 482_913_777n;
const stamp = localTime(time);
const of = (change: Partial<Change>): string =>
  activityLine({ type: "update", id: "gt-a3f", time, ...change }).trimEnd();
const message = (title: string): string => JSON.parse(of({ title })).message;

it.each<[string, Partial<Change>, string]>([
  [
    "create",
    { type: "create", title: "Fix login" },
    '"type":"create","issue_id":"gt-a3f","symbol":"+","message":"gt-a3f created · Fix login"',
  ],
  [
    "update",
    { title: "Fix login", actor: "mayor" },
    '"type":"update","issue_id":"gt-a3f","symbol":"→","message":"gt-a3f updated · Fix login @mayor","actor":"mayor"',
  ],
  [
    "start",
    { type: "status", oldStatus: "open", newStatus: "in_progress", actor: "nux" },
    '"type":"status","issue_id":"gt-a3f","symbol":"→","message":"gt-a3f started · @nux","old_status":"open","new_status":"in_progress","actor":"nux"',
  ],
  [
    "close",
    { type: "status", title: "Fix login", assignee: "nux", oldStatus: "in_progress", newStatus: "closed" },
    '"type":"status","issue_id":"gt-a3f","symbol":"✓","message":"gt-a3f completed · Fix login @nux","old_status":"in_progress","new_status":"closed"',
  ],
  [
    "reopen",
    { type: "status", oldStatus: "closed", newStatus: "open", actor: "mayor" },
    '"type":"status","issue_id":"gt-a3f","symbol":"↺","message":"gt-a3f reopened · @mayor","old_status":"closed","new_status":"open","actor":"mayor"',
  ],
  [
    "other status",
    { type: "status", oldStatus: "open", newStatus: "blocked" },
    '"type":"status","issue_id":"gt-a3f","symbol":"→","message":"gt-a3f → blocked","old_status":"open","new_status":"blocked"',
  ],
  [
    "comment",
    { type: "comment", title: "Weekly" },
    '"type":"comment","issue_id":"gt-a3f","symbol":"💬","message":"gt-a3f comment · Weekly"',
  ],
  ["delete", { type: "delete" }, '"type":"delete","issue_id":"gt-a3f","symbol":"⊘","message":"gt-a3f deleted"'],
])("words a %s as bd does", (_, change, expected) => {
  expect(of(change)).toBe(`{"timestamp":"${stamp}",${expected}}`);
});

it("has the time in ns, without the zeros at its end", () => {
  expect(stamp).toMatch(/:03:11\.482913777(Z|[+-]\d\d:\d\d)$/);
  expect(Date.parse(stamp)).toBe(Number(time / 1_000_000n));
  expect(localTime(time - 482_913_777n)).toMatch(/:03:11(Z|[+-])/);
  expect(localTime(time - 82_913_777n)).toMatch(/:03:11\.4(Z|[+-])/);
});

it("escapes as Go does", () => {
  expect(of({ title: 'a <b> & "c" \\ \u0008\u000c\t\n\u2028é🚚' })).toContain(
    'a \\u003cb\\u003e \\u0026 \\"c\\" \\\\ \\u0008\\u000c\\t\\n\\u2028é🚚',
  );
});

it("cuts a long title by bytes, even inside a character", () => {
  expect(message("x".repeat(40))).toBe(`gt-a3f updated · ${"x".repeat(40)}`);
  expect(message("x".repeat(41))).toBe(`gt-a3f updated · ${"x".repeat(37)}...`);
  expect(of({ title: `${"x".repeat(35)}🚚🚚` })).toContain(`${"x".repeat(35)}\\ufffd\\ufffd...`);
});
