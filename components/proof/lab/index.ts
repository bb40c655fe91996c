export { labId } from "./ids.ts";
export { liveNetwork, type LiveHost, type LiveLab } from "./live.ts";
export { labNetwork } from "./registered.ts";
export { labTunnelFacts, parseTunnelFacts, tunnelScript, type TunnelFacts } from "./tunnels.ts";
export { admissionPlugins, pluginsOf } from "./plugins.ts";
