import assert from "node:assert/strict";
import { type InScene, type PluginScene, startIn } from "./plugin-subject.ts";
import { type ContractTest, outcome, soon } from "./tests.ts";

/** What a plugin must do that can be triggered; one that cannot passes. */
export function triggerTests<S extends PluginScene>(inScene: InScene<S>): ContractTest[] {
  return [
    inScene("triggered while busy, every call ends", async (scene, host) => {
      const handle = await startIn(scene, host);
      const calls = Array.from({ length: 10 }, async () => handle.trigger?.());
      await soon("ten calls at once", Promise.all(calls));
      await soon("a call when they are over", Promise.resolve(handle.trigger?.()));
      await handle[Symbol.asyncDispose]();
    }),
    inScene("triggered while it is being stopped, the call ends", async (scene, host) => {
      const handle = await startIn(scene, host);
      const call = outcome(Promise.resolve(handle.trigger?.()));
      host.abort("stop");
      await soon("the call", call);
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
    }),
    inScene("triggered after its end, the call rejects", async (scene, host) => {
      const handle = await startIn(scene, host);
      await handle[Symbol.asyncDispose]();
      if (handle.trigger === undefined) return;
      assert.notEqual(await soon("the call", outcome(handle.trigger())), "resolved");
    }),
  ];
}
