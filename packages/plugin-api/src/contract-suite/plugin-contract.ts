import assert from "node:assert/strict";
import { failureTests } from "./failure-tests.ts";
import { createTestContext, type InScene, type PluginScene, type PluginSubject, startIn } from "./plugin-subject.ts";
import { type ContractTest, outcome, soon } from "./tests.ts";
import { triggerTests } from "./trigger-tests.ts";

const NOT_ITS_OWN = ["SIGINT", "SIGTERM", "SIGHUP", "SIGUSR2", "exit", "uncaughtException", "unhandledRejection"];

/** What any plugin must do, whatever host runs it. */
export function pluginContract<S extends PluginScene>(subject: PluginSubject<S>): ContractTest[] {
  const inScene: InScene<S> = (name, play, skip) => ({
    name,
    ...(skip !== undefined && { skip }),
    async run() {
      const scene = await subject.setUp();
      const host = await createTestContext(scene);
      try {
        await play(scene, host);
      } finally {
        host.abort("the test is over");
        await host.dispose();
        await scene.tearDown?.();
      }
    },
  });

  return [
    inScene("has a name in kebab-case and speaks version 1 of the contract", async ({ plugin }) => {
      assert.match(plugin.name, /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      assert.equal(plugin.apiVersion, 1);
    }),
    inScene("starts, has a status that is JSON, and stops when the signal is aborted", async (scene, host) => {
      const handle = await startIn(scene, host);
      const status = handle.status();
      assert.deepEqual(JSON.parse(JSON.stringify(status)), status);
      host.abort("stop");
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
      assert.equal(typeof handle.status(), "object");
    }),
    inScene("aborted before the start: rejects with the reason, and can be disposed", async ({ plugin }, host) => {
      const reason = new Error("too late");
      host.abort(reason);
      assert.deepEqual(await soon("start", outcome(plugin.start(host.context))), { error: reason });
      await soon("clean-up", host.dispose());
    }),
    inScene("aborted during the start: rejects with the reason, or has ended", async ({ plugin }, host) => {
      const reason = new Error("changed my mind");
      const starting = plugin.start(host.context);
      host.abort(reason);
      const result = await soon("start", outcome(starting.then(({ done }) => done)));
      if (result !== "resolved") assert.equal(result.error, reason);
    }),
    inScene("can be started again after it has stopped", async (scene, host) => {
      await (await startIn(scene, host))[Symbol.asyncDispose]();
      await host.dispose();
      const again = await startIn(scene, await createTestContext(scene));
      await soon("dispose", Promise.resolve(again[Symbol.asyncDispose]()));
      assert.equal(await soon("done", outcome(again.done)), "resolved");
    }),
    inScene("is disposed twice at once, and once more, without harm", async (scene, host) => {
      const handle = await startIn(scene, host);
      const dispose = async (): Promise<void> => handle[Symbol.asyncDispose]();
      await soon("two disposals", Promise.all([dispose(), dispose()]));
      assert.equal(await soon("done", outcome(handle.done)), "resolved");
      await soon("a third disposal", dispose());
      await soon("clean-up", host.dispose());
    }),
    inScene("takes no signal, and listens to nothing of the process", async (scene, host) => {
      const listeners = (): number[] => NOT_ITS_OWN.map((name) => process.listenerCount(name));
      const before = listeners();
      const handle = await startIn(scene, host);
      assert.deepEqual(listeners(), before);
      await handle[Symbol.asyncDispose]();
    }),
    ...failureTests(subject, inScene),
    ...triggerTests(inScene),
  ];
}
