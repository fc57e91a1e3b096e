export {
  type ContractTest,
  declare,
  type DeclareTest,
  hostContract,
  type HostRun,
  type HostSubject,
  pluginContract,
  type PluginScene,
  type PluginSubject,
} from "@gastown/plugin-api/contract-suite";
