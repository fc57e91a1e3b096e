// Lets a lot survive for a while, and says how big the young generation has become, in MB. `small`: with the heap kept small.
import { getHeapSpaceStatistics } from "node:v8";
import { keepHeapSmall } from "../../src/command-line.ts";

const as = process.argv[2];
if (as === "small") keepHeapSmall();
if (as === "deno") keepHeapSmall({ ...process.versions, deno: "2.9.6" });

for (let round = 0; round < 40; round += 1) {
  const survivors = Array.from({ length: 40_000 }, (_, at) => ({ at, text: `${round} ${at}` }));
  if (survivors.length === 0) process.exitCode = 1;
}
const young = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
console.log((young?.space_size ?? 0) / 1e6);
