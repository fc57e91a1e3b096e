// Writes a file over and over, atomically, until its stdin ends.
import { writeAtomically } from "../../../src/state-dir.ts";

const file = process.argv[2] ?? "";
let nth = 0;
const write = (): void => {
  nth += 1;
  writeAtomically(file, JSON.stringify({ nth, filler: String(nth % 10).repeat(200_000), end: nth }));
  setImmediate(write);
};
write();
process.stdin.resume();
process.stdin.on("end", () => process.exit(0));
