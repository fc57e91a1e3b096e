import { behind } from "./benches/behind.ts";
import { burst } from "./benches/burst.ts";
import { decode } from "./benches/decode.ts";
import { doltCost } from "./benches/dolt-cost.ts";
import { events } from "./benches/events.ts";
import { idleDolt } from "./benches/idle-dolt.ts";
import { idle } from "./benches/idle.ts";
import { latency } from "./benches/latency.ts";
import { lookup } from "./benches/lookup.ts";
import { polling } from "./benches/polling.ts";
import { rigs } from "./benches/rigs.ts";
import { start } from "./benches/start.ts";
import { sweep } from "./benches/sweep.ts";
import type { Bench } from "./lib/result.ts";

/** Everything that is measured, in this order. */
export const benches: readonly Bench[] = [
  latency,
  polling,
  burst,
  behind,
  lookup,
  sweep,
  rigs,
  decode,
  events,
  idle,
  idleDolt,
  doltCost,
  start,
];
