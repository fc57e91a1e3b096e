import { defineConfig, mergeConfig, type ViteUserConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../vitest.shared.ts";

const config: ViteUserConfig = mergeConfig(shared, defineConfig({ test: { globalSetup: "test/support/install.ts" } }));

export default config;
