import { expect, it } from "vitest";
import { createTally } from "../../src/reporters/text.ts";

it("counts the last word on each convoy", () => {
  const tally = createTally();
  expect(tally.line()).toBe("no convoy is open");
  const convoy = (id: string): { convoy: string; title: string } => ({ convoy: id, title: "" });
  tally.note({ event: "complete", ...convoy("a"), done: 1, total: 1 });
  tally.note({ event: "checking", convoy: "a", command: "gt convoy check a" });
  tally.note({ event: "landed", ...convoy("a"), ms: 1, by: "check" });
  tally.note({ event: "complete", ...convoy("b"), done: 1, total: 1 });
  tally.note({ event: "stuck", ...convoy("b"), attempts: 3, output: "" });
  tally.note({ event: "skipped", ...convoy("c"), reason: "owned", detail: "" });
  expect(tally.line()).toBe("3 convoys: 1 landed, 1 stuck, 1 skipped");
});
