export { judgeAccess, type AccessJudgement } from "./judge.ts";
export { Grants, type Grant, type Right } from "./grants.ts";
export { Roles } from "./roles.ts";
export { some, type Request } from "./rule.ts";
export { serviceAccount, type Identity } from "./identity.ts";
export type { Intent, IntendedCollection, IntendedNamespace, IntendedTeam } from "./intent.ts";
