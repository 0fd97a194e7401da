/** A StableHLO module as text, from the lines of its function. */
import { valuesToKeep, type Line } from './barriers';
import { typeOf, type Value } from './value';

/** One operation, or a part that holds several, as loops do. */
export type Written = Line | string;

export interface MainFunction {
  readonly parameters: readonly Value[];
  readonly lines: readonly Written[];
  readonly results: readonly Value[];
  /** The result that may take over a parameter's memory, by the parameter's number; both have one type. */
  readonly donated: ReadonlyMap<number, number>;
  /** Whether values that are used more than once get a barrier: a processor's compiler would compute them again. */
  readonly keepsValues: boolean;
}

export function lineText(line: Written): string {
  return typeof line === 'string' ? line : `${line.name} = ${line.operation}`;
}

/** The whole module, with a function `main`. */
export function moduleText({ parameters, lines, results, donated, keepsValues }: MainFunction): string {
  const given = parameters.map((value, i) => {
    const result = donated.get(i);
    const donation = result === undefined ? '' : ` {tf.aliasing_output = ${result} : i32}`;
    return `${value.name}: ${typeOf(value)}${donation}`;
  });
  const types = results.map(typeOf).join(', ');
  const names = results.map(({ name }) => name);
  const operations = lines.filter((line): line is Line => typeof line !== 'string');
  const kept = keepsValues ? valuesToKeep(operations, names) : new Set<string>();
  return [
    'module {',
    `func.func public @main(${given.join(', ')}) -> (${types}) {`,
    ...lines.flatMap((line) =>
      typeof line === 'string' || !kept.has(line.name) ? lineText(line) : withBarrier(line),
    ),
    `return ${names.join(', ')} : ${types}`,
    '}',
    '}',
    '',
  ].join('\n');
}

function withBarrier({ name, operation }: Line): string[] {
  const computed = `%computed${name.slice(1)}`;
  const type = operation.slice(operation.lastIndexOf('tensor<'));
  return [`${computed} = ${operation}`, `${name} = stablehlo.optimization_barrier ${computed} : ${type}`];
}

/** The operation of a line of {@link moduleText}, if it is one. @param line from 1. */
export function lineOf(text: string, line: number, lines: readonly Written[]): Line | undefined {
  const [, number] = /^%(?:computed)?(\d+)/.exec(text.split('\n')[line - 1] ?? '') ?? [];
  return lines.find((one): one is Line => typeof one !== 'string' && one.name === `%${number}`);
}
