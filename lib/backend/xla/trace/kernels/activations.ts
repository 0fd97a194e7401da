/** Activation functions and the functions of a circle and a hyperbola. */
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';
import { like, sameType, unary } from './elementwise';

/** x above 0, and something else below. */
function splitAtZero(program: Program, x: Value, above: Value, below: Value): Value {
  return program.select(program.compare('GE', x, like(program, x, 0)), above, below);
}

const special = (name: string): Emitter => unary((program, x) => program.special(name, x));

/** The constants with which outputs keep mean 0 and variance 1 (Klambauer et al. 2017, arXiv:1706.02515). */
const seluAlpha = 1.7580993408473768;
const seluScale = 1.0507009873554805;

export const activationKernels: Kernels = {
  Elu: unary((program, x) => splitAtZero(program, x, x, program.elementwise('exponential_minus_one', x))),
  EluGrad: (program, inputs) => {
    const [dy, y] = [input(inputs, 'dy'), input(inputs, 'y')];
    const slope = program.elementwise('add', y, like(program, y, 1));
    return splitAtZero(program, y, dy, program.elementwise('multiply', dy, slope));
  },
  Selu: unary((program, x) => {
    const below = program.elementwise('exponential_minus_one', x);
    const scaled = (value: Value, factor: number): Value =>
      program.elementwise('multiply', value, like(program, value, factor));
    return splitAtZero(program, x, scaled(x, seluScale), scaled(below, seluAlpha));
  }),
  Relu6: sameType((program, x) =>
    program.elementwise(
      'minimum',
      program.elementwise('maximum', x, like(program, x, 0)),
      like(program, x, 6),
    ),
  ),
  LeakyRelu: (program, inputs, attributes) => {
    const x = program.convert(input(inputs, 'x'), 'float32');
    const slope = like(program, x, attributes['alpha'] as number);
    return splitAtZero(program, x, x, program.elementwise('multiply', x, slope));
  },
  Prelu: (program, inputs) => {
    const x = program.convert(input(inputs, 'x'), 'float32');
    const alpha = program.broadcast(program.convert(input(inputs, 'alpha'), 'float32'), x.shape);
    return splitAtZero(program, x, x, program.elementwise('multiply', x, alpha));
  },
  Tan: special('tan'),
  Asin: special('asin'),
  Acos: special('acos'),
  Atan: special('atan'),
  Sinh: special('sinh'),
  Cosh: special('cosh'),
  Asinh: special('asinh'),
  Acosh: special('acosh'),
  Atanh: special('atanh'),
  Erf: special('erf'),
};
