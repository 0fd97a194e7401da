/** Sums of products named by letters. */
import { backend_util } from '@tensorflow/tfjs';
import type { Emitter, Kernels } from '../kernel';
import { listed } from './shape';
import type { Program } from '../program';
import type { Value } from '../value';

/** A value and the letter of each of its axes. */
interface Named {
  readonly value: Value;
  readonly letters: readonly string[];
}

/** Axes in the order of letters. */
function inOrder(program: Program, { value, letters }: Named, order: readonly string[]): Value {
  return program.transpose(value, order.map((letter) => letters.indexOf(letter))); // prettier-ignore
}

/** Without the axes that neither the result nor the other value has. */
function withoutOwn(program: Program, { value, letters }: Named, used: ReadonlySet<string>): Named {
  const own = letters.flatMap((letter, axis) => (used.has(letter) ? [] : [axis]));
  return {
    value: program.reduce('add', value, own, 0),
    letters: letters.filter((letter) => used.has(letter)),
  };
}

const extents = ({ value, letters }: Named, of: readonly string[]): number[] =>
  of.map((letter) => value.shape[letters.indexOf(letter)] as number);
const product = (numbers: readonly number[]): number => numbers.reduce((all, one) => all * one, 1);

/** One matrix product: letters of both values that the result has go together, others that both have are summed over. */
function multiplied(program: Program, a: Named, b: Named, result: readonly string[]): Named {
  const shared = a.letters.filter((letter) => b.letters.includes(letter));
  const batch = shared.filter((letter) => result.includes(letter));
  const summed = shared.filter((letter) => !result.includes(letter));
  const [ownA, ownB] = [a, b].map(({ letters }) => letters.filter((letter) => !shared.includes(letter))) as [
    string[],
    string[],
  ];
  const matrix = (named: Named, own: readonly string[]): Value =>
    program.reshape(inOrder(program, named, [...batch, ...own, ...summed]), [
      ...extents(named, batch),
      product(extents(named, own)),
      product(extents(named, summed)),
    ]);
  const last = batch.length + 1;
  const value = program.dot(matrix(a, ownA), matrix(b, ownB), batch.length, last, last);
  const shape = [...extents(a, batch), ...extents(a, ownA), ...extents(b, ownB)];
  return { value: program.reshape(value, shape), letters: [...batch, ...ownA, ...ownB] };
}

const einsum: Emitter = (program, inputs, attributes) => {
  const values = listed(inputs);
  const equation = (attributes['equation'] as string).replace(/\s/g, '');
  const { allDims, idDims } = backend_util.decodeEinsumEquation(equation, values.length);
  backend_util.checkEinsumDimSizes(allDims.length, idDims, values as never);
  const result = equation.slice(equation.indexOf('->') + 2).split('');
  const all = values.map((value, i): Named => ({
    value,
    letters: (idDims[i] as number[]).map((dim) => allDims[dim] as string),
  }));
  const [a, b] = all.map((named, i) => {
    const others = all.flatMap(({ letters }, other) => (other === i ? [] : letters));
    return withoutOwn(program, named, new Set([...result, ...others]));
  }) as [Named, Named?];
  return inOrder(program, b === undefined ? a : multiplied(program, a, b, result), result);
};

export const einsumKernels: Kernels = { Einsum: einsum };
