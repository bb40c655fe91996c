export { touched, type Touched } from "./touched.ts";
