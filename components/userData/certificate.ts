const block = /-----BEGIN CERTIFICATE-----\s+[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/g;

/** The certificates of a PEM text, each by itself, without what people write beside them. */
export const certificatesIn = (text: string): string[] =>
  [...text.matchAll(block)].map(([found]) => `${found.replace(/\s*\r?\n\s*/g, "\n")}\n`);
