import type { JoinSecret } from "./setup.ts";

/** Swarm's own port (docs.docker.com/engine/swarm/swarm-tutorial); MKE's `--swarm-grpc-port` is this by default. */
export const swarmPort = 2377;

/** How a store is asked for a secret, and where in its answer that is. */
interface Question {
  readonly service: string;
  readonly target: string;
  readonly request: Readonly<Record<string, string | boolean>>;
  readonly answer: readonly string[];
}

/**
 * https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html,
 * https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html
 */
export const question = ({ store, name }: JoinSecret): Question =>
  store === "parameter-store"
    ? {
        service: "ssm",
        target: "AmazonSSM.GetParameter",
        request: { Name: name, WithDecryption: true },
        answer: ["Parameter", "Value"],
      }
    : {
        service: "secretsmanager",
        target: "secretsmanager.GetSecretValue",
        request: { SecretId: name },
        answer: ["SecretString"],
      };
