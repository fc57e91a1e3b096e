// A whole host for plugins of this contract, in about twenty lines. See docs/plugins.md.
import { mkdir } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

export async function run(plugin, { root, settings, signal, emit = () => {}, logger = console }) {
  const stateDir = `${root}/.runtime/${plugin.name}`;
  await mkdir(stateDir, { recursive: true });
  const checked = (await plugin.configSchema?.["~standard"].validate(settings)) ?? { value: settings };
  const fault = ({ path = [], message }) => `${path.map((step) => step.key ?? step).join(".")}: ${message}`;
  if (checked.issues) throw new Error(checked.issues.map(fault).join("; "));
  const about = { root, stateDir, config: checked.value, host: { name: "toy-host", version: "1.0.0" }, logger, emit };
  for (let running = true; running && !signal.aborted;) {
    const life = new AbortController();
    const cleanUps = [];
    const onDispose = (clean) => void cleanUps.unshift(clean);
    try {
      const { done } = await plugin.start({ ...about, onDispose, signal: AbortSignal.any([signal, life.signal]) });
      running = await done;
    } catch (error) {
      if (error.code !== "not-ready" && !signal.aborted) throw error;
    } finally {
      life.abort();
      for (const clean of cleanUps) await (async () => clean())().catch((error) => logger.warn(error.message));
    }
    if (running) await sleep(500, undefined, { signal }).catch(() => {});
  }
}
