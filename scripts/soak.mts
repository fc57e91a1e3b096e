// Real processes and files, with agents at work while the source, the watcher and gt die at random moments. Ends with peace, in which
// every complete convoy must land, and nothing may be left behind: --minutes N (default 3), --seed N.
import { argv } from "zx";
import { soak } from "../packages/cli/test/soak/soak.ts";

const usage = (what: string): never => {
  console.error(`Error: ${what}\nHint: npm run soak -- --minutes 3 --seed 42`);
  process.exit(2);
};

const number = (name: string, fallback: number): number => {
  const value = Number(argv[name] ?? fallback);
  return Number.isFinite(value) && value > 0 ? value : usage(`--${name} must be a number above 0`);
};

const minutes = number("minutes", 3);
const seed = number("seed", Math.ceil(Math.random() * 2 ** 31));
console.log(`soak of ${minutes} min, seed ${seed}`);
const { violations, ...counts } = await soak({ ms: minutes * 60_000, seed, say: (line) => console.log(line) });
console.log(
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(", "),
);
for (const violation of violations) console.log(`✗ ${violation}`);
console.log(
  violations.length === 0
    ? "all is well"
    : `${violations.length} fault(s); again with: npm run soak -- --minutes ${minutes} --seed ${seed}`,
);
process.exitCode = violations.length === 0 ? 0 : 1;
