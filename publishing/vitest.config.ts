import { defineConfig, mergeConfig } from "vitest/config";
// @boundaries-ignore the settings are shared
import shared from "../vitest.shared.ts";

export default mergeConfig(shared, defineConfig({ test: { globalSetup: "test/support/install.ts" } }));
