export * from "@gastown/plugin-api/contract-suite";
