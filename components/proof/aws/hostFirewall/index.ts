export { forwardingOf } from "./forwarding.ts";
