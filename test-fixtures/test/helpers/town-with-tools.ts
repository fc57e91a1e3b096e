import { join } from "node:path";
import { buildTown, installStandIns, tempDir } from "../../src/index.ts";
import type { StandIns, Town, TownOptions } from "../../src/index.ts";

export interface TownWithTools extends Disposable, StandIns {
  readonly town: Town;
}

const twoRigs: TownOptions = { rigs: { alpha: { prefix: "al" }, beta: { prefix: "be" } } };

/** A town with two rigs, and the stand-ins beside it. */
export const townWithTools = (options: TownOptions = twoRigs): TownWithTools => {
  const dir = tempDir();
  const town = buildTown(join(dir.path, "town"), options);
  return { ...installStandIns(join(dir.path, "bin")), town, [Symbol.dispose]: () => dir.remove() };
};
