import { expect, test } from "vitest";
import { soak } from "../soak/soak.ts";

test(
  "a short soak: source, watcher and gt die at random moments, and every complete convoy lands (npm run soak: longer)",
  { timeout: 180_000 },
  async () => {
    const seed = 20260112;
    const report = await soak({ ms: 6_000, seed, say: () => undefined });
    expect(report.violations, `npm run soak -- --seed ${seed}`).toEqual([]);
    expect(report.landed).toBeGreaterThan(0);
    expect(report.watchers).toBeGreaterThan(1);
  },
);
