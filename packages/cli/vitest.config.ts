import { mergeConfig, type ViteUserConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../../vitest.shared.ts";

/** The longest lane: most of its time goes into waiting for programs. */
const config: ViteUserConfig = mergeConfig(shared, { test: { maxWorkers: 3 } });

export default config;
