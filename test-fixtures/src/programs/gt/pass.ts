import { setTimeout as sleep } from "node:timers/promises";
import type { ConvoyControl, GtPoint } from "../../control.ts";

/** Goes through one point of a landing: takes its time, works or fails, and may be the last that this gt does. */
export const pass = async (point: GtPoint, control: ConvoyControl, work: () => void): Promise<boolean> => {
  await sleep(control.takesMs?.[point] ?? 0);
  const fails = control.failAt?.includes(point) === true;
  if (!fails) work();
  if (control.killAfter === point) process.kill(process.pid, "SIGKILL");
  return !fails;
};
