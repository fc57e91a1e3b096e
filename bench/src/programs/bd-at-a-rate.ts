// A `bd` whose `activity` prints so many lines a second for so many seconds, one in five of them the close of another issue,
// and notes when it printed every hundredth of those closes. BENCH_STREAM is JSON: `{rate, seconds, issues, log}`.
import { appendFileSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { activityLine } from "@gastown/test-fixtures";

const TICK = 20;

interface Stream {
  readonly rate: number;
  readonly seconds: number;
  readonly issues: string;
  readonly log: string;
}

const { rate, seconds, issues: file, log } = JSON.parse(process.env["BENCH_STREAM"] ?? "") as Stream;
const issues = readFileSync(file, "utf8").trimEnd().split("\n");
process.on("SIGTERM", () => process.exit(0));

const total = rate * seconds;
const start = performance.now();
let printed = 0;
let closes = 0;
while (printed < total) {
  const due = Math.min(total, Math.floor(((performance.now() - start) / 1000) * rate));
  let text = "";
  const marks: string[] = [];
  for (; printed < due; printed += 1) {
    const common = { title: "Mend the roof of the barn", actor: "mayor", time: BigInt(Date.now()) * 1_000_000n };
    if (printed % 5 !== 0) {
      text += activityLine({ ...common, id: `gt-${printed.toString(36)}`, type: "update" });
      continue;
    }
    const id = issues[closes % issues.length] ?? "";
    text += activityLine({ ...common, id, type: "status", oldStatus: "open", newStatus: "closed" });
    if (closes % 100 === 0) marks.push(`${id} ${process.hrtime.bigint()}`);
    closes += 1;
  }
  if (text !== "" && !process.stdout.write(text))
    await new Promise((resolve) => void process.stdout.once("drain", resolve));
  if (marks.length > 0) appendFileSync(log, `${marks.join("\n")}\n`);
  await sleep(TICK);
}
appendFileSync(log, `end ${process.hrtime.bigint()} ${closes}\n`);
setInterval(() => undefined, 60_000);
