/** Names of properties whose values are secret by what they are. */
const secret =
  /(?:password|passphrase|secretString|secretBinary|privateKey|private_key|privateKeyPem|accessKey|secretKey|client-key-data|token|credentials?)$/i;

/** Names of those that nobody has to see to judge a change, and that may well hold what nobody should. */
const others: readonly (readonly [RegExp, string])[] = [
  [/^(?:userData|userDataBase64|customData|user_data)$/i, "user data"],
  [/^kube_?config$/i, "kubeconfig"],
];

/** What a property holds that is not shown, by its name: `secret`, `user data`; undefined where it is shown. */
export const confidentialKind = (name: string): string | undefined =>
  secret.test(name) ? "secret" : others.find(([pattern]) => pattern.test(name))?.[1];
