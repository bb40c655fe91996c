/** https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html */
const longest = 255;
const refused = /[^A-Za-z0-9. _\-:/()#,@[\]+=&;{}!$*]/g;

/** A text as AWS takes it for a description: it knows no apostrophes, and ends after 255 characters. */
export function describe(text: string): string {
  const plain = text
    .replaceAll(/['\u2019]s?\b/g, "")
    .replaceAll(refused, " ")
    .replaceAll(/ +/g, " ")
    .trim();
  return plain.length <= longest ? plain : `${plain.slice(0, longest - 3).trimEnd()}...`;
}
