import assert from "node:assert/strict";
import { createTestContext, type InScene, type PluginScene, type PluginSubject, startIn } from "./plugin-subject.ts";
import { type ContractTest, outcome, soon } from "./tests.ts";

/** What a plugin must do when it fails. */
export function failureTests<S extends PluginScene>(subject: PluginSubject<S>, inScene: InScene<S>): ContractTest[] {
  return [
    inScene(
      "a failed start rejects, leaves nothing in the way of the next one, and can be disposed",
      async (scene, host) => {
        await subject.breakStart?.(scene);
        assert.notEqual(await soon("start", outcome(scene.plugin.start(host.context))), "resolved");
        await soon("clean-up", host.dispose());
        await subject.mend?.(scene);
        const next = await createTestContext(scene);
        const handle = await startIn(scene, next);
        await handle[Symbol.asyncDispose]();
        await next.dispose();
      },
      subject.breakStart === undefined ? "nothing is known that makes its start fail" : undefined,
    ),
    inScene(
      "a crash rejects `done`, and can be disposed",
      async (scene, host) => {
        const handle = await startIn(scene, host);
        await subject.crash?.(scene);
        assert.notEqual(await soon("done", outcome(handle.done)), "resolved");
        await soon("dispose", outcome(Promise.resolve(handle[Symbol.asyncDispose]())));
        assert.equal(typeof handle.status(), "object");
      },
      subject.crash === undefined ? "nothing is known that makes it crash" : undefined,
    ),
  ];
}
