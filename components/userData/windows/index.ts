export { powershell } from "./powershell.ts";
