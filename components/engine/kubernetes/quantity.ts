// Kubernetes' quantities: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity

const suffixes: Readonly<Record<string, number>> = {
  m: 1e-3,
  "": 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

function amount(quantity: string): number {
  const [, number, suffix] = /^([\d.]+)([A-Za-z]*)$/.exec(quantity) ?? [];
  const factor = suffixes[suffix ?? ""];
  if (number === undefined || factor === undefined)
    throw new RangeError(`"${quantity}" is no quantity, such as 500m or 4Gi`);
  return Number(number) * factor;
}

/** The smaller of two quantities, as it is written. */
export const smaller = (a: string, b: string): string => (amount(b) < amount(a) ? b : a);

/** Whether two texts are the same quantity, however it is written: `2k` and `2000`. */
export const isSameQuantity = (a: string, b: string): boolean => {
  try {
    return amount(a) === amount(b);
  } catch {
    return false;
  }
};
