import { defineConfig, type ViteUserConfig } from "vitest/config";

const config: ViteUserConfig = defineConfig({ test: { projects: ["packages/*", "test-fixtures", "bench", "demo"] } });

export default config;
