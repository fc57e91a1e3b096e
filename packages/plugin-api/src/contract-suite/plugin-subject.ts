import type { AnyPlugin, PluginContext, PluginEvent, PluginHandle } from "../contract.ts";
import { type ContractTest, soon } from "./tests.ts";

/** A plugin under test, with something to work on. */
export interface PluginScene {
  readonly plugin: AnyPlugin;
  /** What it is to work on. */
  readonly root: string;
  /** An empty directory. */
  readonly stateDir: string;
  readonly settings?: unknown;
  readonly tearDown?: () => void | Promise<void>;
}

/** How to get a plugin to be tested. What a plugin cannot be made to do is left out, and its test says so. */
export interface PluginSubject<S extends PluginScene = PluginScene> {
  /** Makes a new scene; called once for each test. */
  setUp(): S | Promise<S>;
  /** Makes the next start fail. */
  breakStart?(scene: S): void | Promise<void>;
  /** Takes back what `breakStart` did. */
  mend?(scene: S): void | Promise<void>;
  /** Makes a running plugin crash. */
  crash?(scene: S): void | Promise<void>;
}

/** A context as a host would give it, and what came of it. */
export interface TestContext {
  readonly context: PluginContext<never>;
  readonly events: PluginEvent[];
  abort(reason: unknown): void;
  /** Runs what was given to `onDispose`, as a host does. */
  dispose(): Promise<void>;
}

export async function createTestContext({ plugin, root, stateDir, settings = {} }: PluginScene): Promise<TestContext> {
  const stop = new AbortController();
  const events: PluginEvent[] = [];
  const cleanUps: (() => void | Promise<void>)[] = [];
  const checked = await plugin.configSchema?.["~standard"].validate(settings);
  if (checked?.issues) throw new Error(`the settings of the scene are refused: ${checked.issues[0]?.message}`);
  const ignore = (): void => undefined;
  return {
    events,
    abort: (reason) => stop.abort(reason),
    async dispose() {
      for (const clean of cleanUps.splice(0).toReversed()) await clean();
    },
    context: {
      signal: stop.signal,
      root,
      stateDir,
      config: (checked === undefined ? settings : checked.value) as never,
      host: { name: "contract-suite", version: "1.0.0" },
      logger: { debug: ignore, info: ignore, warn: ignore, error: ignore },
      emit: (event) => void events.push(event),
      onDispose: (clean) => void cleanUps.push(clean),
    },
  };
}

/** Plays a test in a scene of its own, and cleans up as a host does. */
export type InScene<S> = (
  name: string,
  play: (scene: S, host: TestContext) => Promise<void>,
  skip?: string,
) => ContractTest;

/** Starts the plugin of a scene, and fails when it takes too long. */
export function startIn({ plugin }: PluginScene, { context }: TestContext): Promise<PluginHandle> {
  return soon("start", plugin.start(context));
}
