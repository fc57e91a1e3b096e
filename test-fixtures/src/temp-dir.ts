import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TempDir extends Disposable {
  readonly path: string;
  remove(): void;
}

/**
 * A new directory under the system's one. It goes away with `using dir = tempDir()`, or after the test with
 * `tempDir(onTestFinished)`.
 */
export const tempDir = (onFinished?: (remove: () => void) => void, prefix = "convoy-"): TempDir => {
  const path = realpathSync(mkdtempSync(join(tmpdir(), prefix)));
  const remove = (): void => rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 });
  onFinished?.(remove);
  return { path, remove, [Symbol.dispose]: remove };
};
