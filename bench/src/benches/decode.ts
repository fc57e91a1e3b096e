import { createLineSplitter } from "@gastown/bd-source";
import { decodeEvent, mayComplete } from "@gastown/convoy-core";
import { activityLine } from "@gastown/test-fixtures";
import { interleave, ratioOf, spreadOf } from "../lib/measure.ts";
import { type Bench, count, ratio, times } from "../lib/result.ts";

const LINES = 100_000;
const CHUNK = 64 * 1024;

export const decode: Bench = {
  name: "decode",
  title: "Splitting and decoding of `bd activity`",
  async run({ quick }) {
    const rows: string[][] = [];
    let slowest = Number.POSITIVE_INFINITY;
    for (const closes of [0.1, 1]) {
      const bytes = activity(LINES, closes);
      const ways = { ours: () => perLine(bytes, ours), floor: () => perLine(bytes, bare) };
      await interleave(3, ways);
      const samples = await interleave(quick ? 3 : 21, ways);
      const rate = 1 / spreadOf(samples.ours).median;
      slowest = Math.min(slowest, rate);
      rows.push([
        `${closes * 100} % closes, ${Math.round(bytes.length / LINES)} bytes a line`,
        `${count(rate * 1000)} /s`,
        times(spreadOf(samples.ours)),
        times(spreadOf(samples.floor)),
        ratio(ratioOf(samples.ours, samples.floor)),
      ]);
    }
    return {
      notes: [
        `${count(LINES)} lines as bd 0.47.1 prints them, in chunks of 64 KiB. The floor is \`TextDecoder\`, \`split\` and \`JSON.parse\`, and nothing checked; it is also what a line-by-line reader in Node can do at best, the original's included.`,
      ],
      tables: [{ head: ["lines", "ours", "ours, a line", "floor, a line", "ours / floor"], rows }],
      targets: [
        {
          what: "decode of `bd activity` lines, splitting included",
          target: "≥ 1,000,000 /s",
          measured: `${count(slowest * 1000)} /s`,
          met: slowest * 1000 >= 1_000_000,
        },
      ],
    };
  },
};

/** Lines of a busy town: this share of them closes, the rest all else that happens. */
export function activity(lines: number, closes: number): Buffer {
  const time = 1_767_225_600_000_000_000n;
  return Buffer.from(
    Array.from({ length: lines }, (_, at) => {
      const common = {
        id: `gt-${at.toString(36)}`,
        time: time + BigInt(at) * 1_000_000n,
        title: `Mend the roof of barn ${at}`,
        actor: "mayor",
      };
      if ((at % 10) / 10 < closes)
        return activityLine({ ...common, type: "status", oldStatus: "in_progress", newStatus: "closed" });
      return activityLine({ ...common, type: (["create", "update", "comment"] as const)[at % 3] ?? "update" });
    }).join(""),
  );
}

function perLine(bytes: Buffer, work: (bytes: Buffer) => number): number {
  const start = performance.now();
  if (work(bytes) === 0) throw new Error("nothing was decoded");
  return (performance.now() - start) / LINES;
}

export function ours(bytes: Buffer): number {
  const splitter = createLineSplitter();
  let closes = 0;
  for (let from = 0; from < bytes.length; from += CHUNK) {
    for (const line of splitter.push(bytes.subarray(from, from + CHUNK))) {
      const decoded = decodeEvent(line);
      if (decoded.kind === "event" && mayComplete(decoded.event)) closes += 1;
    }
  }
  return closes;
}

export function bare(bytes: Buffer): number {
  const decoder = new TextDecoder();
  let rest = "";
  let closes = 0;
  for (let from = 0; from < bytes.length; from += CHUNK) {
    const lines = (rest + decoder.decode(bytes.subarray(from, from + CHUNK), { stream: true })).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) if ((JSON.parse(line) as { new_status?: string }).new_status === "closed") closes += 1;
  }
  return closes;
}
