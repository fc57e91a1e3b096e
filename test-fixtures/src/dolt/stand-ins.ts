import { fileURLToPath } from "node:url";
import { installStandIns, type StandIns } from "../stand-ins.ts";

const program = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** `bd` without `activity`, and `gt` 1.0.1 as it behaves in a town on Dolt. */
export const installDoltStandIns = (dir: string): StandIns => {
  const standIns = installStandIns(dir, { programs: { bd: program("../programs/bd.ts"), gt: program("./gt.ts") } });
  standIns.control.set({ bd: { activity: "unknown", version: "1.0.0 (stand-in)" }, gt: { mode: "head" } });
  return standIns;
};
