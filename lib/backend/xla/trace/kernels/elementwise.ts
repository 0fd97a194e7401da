/** Kernels that work number by number: arithmetic, comparison, logic, choice, casts. */
import { broadcast_util, type DataType } from '@tensorflow/tfjs';
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { DType, Value } from '../value';
import { complexOf, partOf } from './complex';

/** Both operands in their common shape. */
function broadcastBoth(program: Program, a: Value, b: Value): [Value, Value] {
  const shape = broadcast_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]);
  return [program.broadcast(a, shape), program.broadcast(b, shape)];
}

/** f(a, b). */
const binary =
  (write: (program: Program, a: Value, b: Value) => Value): Emitter =>
  (program, inputs) =>
    write(program, ...broadcastBoth(program, input(inputs, 'a'), input(inputs, 'b')));

const plainBinary = (operation: string): Emitter =>
  binary((program, a, b) => program.elementwise(operation, a, b));

const comparison = (direction: string): Emitter =>
  binary((program, a, b) => program.compare(direction, a, b));

/** f(x), in floats: tfjs takes integers too and gives floats. */
export const unary =
  (write: (program: Program, x: Value) => Value): Emitter =>
  (program, inputs) =>
    write(program, program.convert(input(inputs, 'x'), 'float32'));

const plainUnary = (operation: string): Emitter => unary((program, x) => program.elementwise(operation, x));

/** f(x), in x's own type. */
export const sameType =
  (write: (program: Program, x: Value) => Value): Emitter =>
  (program, inputs) =>
    write(program, input(inputs, 'x'));

/** One number everywhere in the shape and type of x. */
export const like = (program: Program, x: Value, value: number): Value =>
  program.fill(value, x.shape, x.dtype);

const magnitudeToInfinity = (direction: string): Emitter =>
  unary((program, x) =>
    program.compare(direction, program.elementwise('abs', x), like(program, x, Infinity)),
  );

/** Where there is a remainder and it does not have the divisor's sign: StableHLO's has the dividend's. */
function againstDivisor(program: Program, rest: Value, divisor: Value): Value {
  const zero = like(program, rest, 0);
  const isNegative = (x: Value): Value => program.compare('LT', x, zero);
  const signsDiffer = program.compare('NE', isNegative(rest), isNegative(divisor));
  return program.elementwise('and', program.compare('NE', rest, zero), signsDiffer);
}

/** ⌊a / b⌋ in integers, whatever a and b are. StableHLO's division is towards 0, and by 0 it gives −1 where tfjs gives 0. */
function floorDivide(program: Program, a: Value, b: Value): Value {
  if (a.dtype !== 'int32') {
    return program.convert(program.elementwise('floor', program.elementwise('divide', a, b)), 'int32');
  }
  const zero = like(program, a, 0);
  const byZero = program.compare('EQ', b, zero);
  const divisor = program.select(byZero, like(program, b, 1), b);
  const quotient = program.elementwise('divide', a, divisor);
  const rest = program.elementwise('remainder', a, divisor);
  const below = againstDivisor(program, rest, divisor);
  const floor = program.elementwise('subtract', quotient, program.convert(below, 'int32'));
  return program.select(byZero, zero, floor);
}

/** a − ⌊a / b⌋·b: the sign of the divisor. */
function modulo(program: Program, a: Value, b: Value): Value {
  const rest = program.elementwise('remainder', a, b);
  return program.select(againstDivisor(program, rest, b), program.elementwise('add', rest, b), rest);
}

/** log(1 + exp(x)) = max(x, 0) + log1p(exp(−|x|)): no overflow. */
function softplus(program: Program, x: Value): Value {
  const small = program.elementwise(
    'exponential',
    program.elementwise('negate', program.elementwise('abs', x)),
  );
  return program.elementwise(
    'add',
    program.elementwise('maximum', x, like(program, x, 0)),
    program.elementwise('log_plus_one', small),
  );
}

/** A complex number's real part is what other types take of it. */
function cast(program: Program, x: Value, dtype: DType): Value {
  if (x.dtype === dtype) return x;
  if (x.dtype === 'complex64') return program.convert(partOf(program, 'real', x), dtype);
  if (dtype !== 'complex64') return program.convert(x, dtype);
  const real = program.convert(x, 'float32');
  return complexOf(program, real, like(program, real, 0));
}

export const elementwiseKernels: Kernels = {
  Add: plainBinary('add'),
  AddN: (program, inputs) =>
    Object.values(inputs).reduce((sum, value) => program.elementwise('add', sum, value)),
  Sub: plainBinary('subtract'),
  Multiply: plainBinary('multiply'),
  RealDiv: binary((program, a, b) =>
    a.dtype === 'complex64'
      ? program.elementwise('divide', a, b)
      : program.elementwise('divide', program.convert(a, 'float32'), program.convert(b, 'float32')),
  ),
  FloorDiv: binary(floorDivide),
  Mod: binary(modulo),
  Pow: binary((program, a, b) => program.elementwise('power', a, program.convert(b, a.dtype))),
  Maximum: plainBinary('maximum'),
  Minimum: plainBinary('minimum'),
  Atan2: plainBinary('atan2'),
  SquaredDifference: binary((program, a, b) => {
    const difference = program.elementwise('subtract', a, b);
    return program.elementwise('multiply', difference, difference);
  }),
  Equal: comparison('EQ'),
  NotEqual: comparison('NE'),
  Less: comparison('LT'),
  LessEqual: comparison('LE'),
  Greater: comparison('GT'),
  GreaterEqual: comparison('GE'),
  LogicalAnd: plainBinary('and'),
  BitwiseAnd: plainBinary('and'),
  LogicalOr: plainBinary('or'),
  LogicalNot: sameType((program, x) => program.elementwise('not', x)),
  Abs: sameType((program, x) => program.elementwise('abs', x)),
  Neg: sameType((program, x) => program.elementwise('negate', x)),
  Square: sameType((program, x) => program.elementwise('multiply', x, x)),
  Relu: sameType((program, x) => program.elementwise('maximum', x, like(program, x, 0))),
  ClipByValue: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const [least, most] = [attributes['clipValueMin'], attributes['clipValueMax']] as [number, number];
    const raised = program.elementwise('maximum', x, like(program, x, least));
    return program.elementwise('minimum', raised, like(program, x, most));
  },
  Step: (program, inputs, attributes) => {
    const x = input(inputs, 'x');
    const above = program.compare('GT', x, like(program, x, 0));
    const step = program.select(above, like(program, x, 1), like(program, x, attributes['alpha'] as number));
    return program.select(program.compare('NE', x, x), x, step);
  },
  // NaN has none: 0, as tfjs has it.
  Sign: sameType((program, x) => {
    const where = (direction: string): Value =>
      program.convert(program.compare(direction, x, like(program, x, 0)), x.dtype);
    return program.elementwise('subtract', where('GT'), where('LT'));
  }),
  Exp: plainUnary('exponential'),
  Expm1: plainUnary('exponential_minus_one'),
  Log: plainUnary('log'),
  Log1p: plainUnary('log_plus_one'),
  Sqrt: plainUnary('sqrt'),
  Rsqrt: plainUnary('rsqrt'),
  Reciprocal: unary((program, x) => program.elementwise('divide', like(program, x, 1), x)),
  Sigmoid: plainUnary('logistic'),
  Tanh: plainUnary('tanh'),
  Sin: plainUnary('sine'),
  Cos: plainUnary('cosine'),
  Floor: plainUnary('floor'),
  Ceil: plainUnary('ceil'),
  Round: sameType((program, x) => (x.dtype === 'float32' ? program.elementwise('round_nearest_even', x) : x)),
  Softplus: unary(softplus),
  IsNan: unary((program, x) => program.compare('NE', x, x)),
  IsFinite: magnitudeToInfinity('LT'),
  IsInf: magnitudeToInfinity('EQ'),
  // tfjs broadcasts before it calls the kernel.
  Select: (program, inputs) =>
    program.select(input(inputs, 'condition'), input(inputs, 't'), input(inputs, 'e')),
  Cast: (program, inputs, attributes) => {
    const dtype = attributes['dtype'] as DataType;
    if (dtype === 'string') throw new Error('xla: there is no cast to strings');
    return cast(program, input(inputs, 'x'), dtype);
  },
  Identity: sameType((_, x) => x),
};
