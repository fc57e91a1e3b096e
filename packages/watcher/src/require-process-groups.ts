import { isDenied, sendSignal } from "@gastown/process";
import { PermissionError, PlatformError } from "./errors.ts";

/**
 * Makes sure that what is started can be ended, with all it starts.
 *
 * @throws {PlatformError} on Windows, which knows no process groups
 * @throws {PermissionError} on Deno without leave for it
 */
export function requireProcessGroups(): void {
  if (process.platform === "win32") throw new PlatformError("Windows");
  try {
    sendSignal(process.ppid, 0);
  } catch (error) {
    // That there is no such process, or that it is another user's, is an answer.
    if (isDenied(error)) throw new PermissionError(error);
  }
}
