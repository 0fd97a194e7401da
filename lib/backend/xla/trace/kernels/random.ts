/** Random bits: a kernel of the kit's own. */
import { util } from '@tensorflow/tfjs';
import { threefry, type Words } from '../../../threefry';
import { input, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

function wordsOf(program: Program, shape: readonly number[]): Words<Value> {
  const constant = (value: number): Value => program.fill(value | 0, shape, 'int32');
  const shift = (operation: string, a: Value, bits: number): Value =>
    program.elementwise(operation, a, constant(bits));
  return {
    constant,
    add: (a, b) => program.elementwise('add', a, b),
    xor: (a, b) => program.elementwise('xor', a, b),
    rotate: (a, bits) =>
      program.elementwise('or', shift('shift_left', a, bits), shift('shift_right_logical', a, 32 - bits)),
  };
}

export const randomKernels: Kernels = {
  RandomBits: (program, inputs, attributes) => {
    const shape = attributes['shape'] as number[];
    const count = util.sizeFromShape(shape);
    const words = wordsOf(program, [count]);
    const key = input(inputs, 'key');
    const word = (i: number): Value => program.broadcast(program.slice(key, [i], [1]), [count]);
    const counter = program.iota([count], 0, 'int32');
    const [x0, x1] = threefry(words, [word(0), word(1)], [words.constant(0), counter]);
    return program.reshape(words.xor(x0, x1), shape);
  },
};
