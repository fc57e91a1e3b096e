export type * from "./contract.ts";
export { hostContract } from "./contract-suite/host-contract.ts";
export type { HostRun, HostSubject } from "./contract-suite/host-subject.ts";
export { pluginContract } from "./contract-suite/plugin-contract.ts";
export type { PluginScene, PluginSubject } from "./contract-suite/plugin-subject.ts";
export { type ContractTest, declare, type DeclareTest } from "./contract-suite/tests.ts";
