export { cloudConfig } from "./cloudConfig.ts";
