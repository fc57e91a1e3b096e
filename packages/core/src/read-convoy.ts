import type { ConvoySnapshot } from "./convoy.ts";
import type { Run } from "./run.ts";

/** One convoy as it is now; undefined when it is gone. */
export async function readConvoy(run: Run, id: string): Promise<ConvoySnapshot | undefined> {
  return (await run.options.store.readConvoys([id])).get(id);
}
