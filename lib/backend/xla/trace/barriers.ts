/**
 * Which values of a program are kept once they are computed. XLA's compiler for processors computes a cheap value again in each
 * place that uses it: the whole residual stream of a transformer once a layer, forward and backward. A barrier behind such values
 * makes a training step faster and smaller, the more so the more layers there are.
 */

/** One line of a program: `name = operation`. */
export interface Line {
  readonly name: string;
  readonly operation: string;
  /** Numbers in its result. */
  readonly size: number;
  readonly isFloat: boolean;
  /** Made where the operation was written. */
  readonly place?: Error;
}

/** Smaller values are cheaper to compute again than to keep. */
const leastSize = 16_384;

const numberByNumber = new Set(
  [
    ...['add', 'subtract', 'multiply', 'divide', 'maximum', 'minimum', 'negate', 'abs', 'select', 'convert'],
    ...['exponential', 'exponential_minus_one', 'log', 'log_plus_one', 'logistic', 'tanh', 'sine', 'cosine'],
    ...['sqrt', 'rsqrt', 'power'],
  ].map((name) => `stablehlo.${name}`),
);

function kindOf({ operation }: Line): string {
  return operation.slice(0, operation.search(/[ "(]/));
}

function operandsOf({ operation }: Line): string[] {
  return [...new Set(operation.match(/%\w+/g) ?? [])];
}

/**
 * Values that are computed number by number from a matrix product, and are used in more than one place or by a matrix product.
 *
 * @param results names of what the program returns: those are kept anyway.
 * @returns names.
 */
export function valuesToKeep(lines: readonly Line[], results: readonly string[]): Set<string> {
  const users = new Map<string, Line[]>();
  const fromProduct = new Set<string>();
  for (const line of lines) {
    for (const operand of operandsOf(line)) {
      users.set(operand, [...(users.get(operand) ?? []), line]);
      if (fromProduct.has(operand)) fromProduct.add(line.name);
    }
    if (kindOf(line) === 'stablehlo.dot_general') fromProduct.add(line.name);
  }
  const feedsProduct = (name: string): boolean =>
    (users.get(name) ?? []).some((user) => {
      const kind = kindOf(user);
      if (kind === 'stablehlo.dot_general') return true;
      return (kind === 'stablehlo.reshape' || kind === 'stablehlo.transpose') && feedsProduct(user.name);
    });
  const returned = new Set(results);
  const worthKeeping = (line: Line): boolean => {
    if (!line.isFloat || line.size < leastSize || returned.has(line.name)) return false;
    const kind = kindOf(line);
    if (kind === 'stablehlo.concatenate') return feedsProduct(line.name);
    if (!numberByNumber.has(kind)) return false;
    const usedTwice = fromProduct.has(line.name) && (users.get(line.name) ?? []).length > 1;
    return usedTwice || feedsProduct(line.name);
  };
  return new Set(lines.filter(worthKeeping).map(({ name }) => name));
}
