import { EC2Client } from "@aws-sdk/client-ec2";

/** EC2 of a region, as the AWS CLI would reach it: credentials and endpoint come from the user's own settings. */
export const ec2Of = (region: string): EC2Client => new EC2Client({ region });

/** What went wrong between here and AWS, for people; other errors stay as they are. */
export function forPeople(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const message = messageFor(error);
  return message === undefined ? error : new Error(message, { cause: error });
}

function messageFor(error: Error & { readonly code?: unknown }): string | undefined {
  switch (error.name) {
    case "CredentialsProviderError":
      return "there are no credentials for AWS; log in as for the AWS CLI, such as with aws sso login and AWS_PROFILE, and have the right ec2:DescribeImages. Previews need none of this";
    case "AuthFailure":
    case "RequestExpired":
    case "ExpiredToken":
    case "ExpiredTokenException":
    case "InvalidClientTokenId":
      return `AWS does not take these credentials (${error.name}); log in anew`;
    case "UnauthorizedOperation":
      return "these credentials lack the right ec2:DescribeImages; ask whoever manages the account for it";
  }
  // The SDK says of an endpoint that is not there what the operating system said.
  return typeof error.code === "string" && /^E[A-Z]+$/.test(error.code)
    ? `EC2 cannot be reached (${error.code}); is there a way to it from here, or a proxy that Node.js is to use?`
    : undefined;
}
