export { hostContract, type HostRun, type HostSubject } from "./contract-suite/host.ts";
export { pluginContract, type PluginScene, type PluginSubject } from "./contract-suite/plugin.ts";
export { type ContractTest, declare, type DeclareTest } from "./contract-suite/tests.ts";
export type * from "./contract.ts";
