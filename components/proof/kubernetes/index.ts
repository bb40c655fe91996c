export { podNetwork, type PodOptions } from "./network.ts";
export { policed } from "./port.ts";
export { nodeId } from "./places.ts";
export type { Node } from "./nodes.ts";
export {
  apiGroup,
  given,
  nameOf,
  namespaceItself,
  namespaceOf,
  type Fields,
  type KubernetesObject,
  type Sourced,
} from "./objects.ts";
export { registeredObjects } from "./registered.ts";
