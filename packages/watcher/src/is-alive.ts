import { isDenied, sendSignal } from "@gastown/bd-source";

/** Whether a process is there. Where nobody may ask, it is taken to be: what names it is mostly removed at its end. */
export function isAlive(pid: number): boolean {
  try {
    sendSignal(pid, 0);
    return true;
  } catch (error) {
    return isDenied(error) || (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
