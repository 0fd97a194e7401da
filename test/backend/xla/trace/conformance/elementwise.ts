/** Cases of kernels that work number by number. */
import type { DrawCase, Draw, Input } from './draw';

/** Two operands that broadcast, of one type. */
const binary =
  (draw: (draw: Draw, shape: number[]) => Input, second = draw): DrawCase =>
  (d) => {
    const [a, b] = d.broadcasting();
    return { inputs: { a: draw(d, a), b: second(d, b) } };
  };
const unary =
  (draw: (draw: Draw, shape: number[]) => Input): DrawCase =>
  (d) => ({ inputs: { x: draw(d, d.shape()) } });

const floats = (d: Draw, shape: readonly number[]): Input => d.float(shape);
const positive = (d: Draw, shape: readonly number[]): Input => d.float(shape, 0.1, 3);
const within = (d: Draw, shape: readonly number[]): Input => d.float(shape, -0.95, 0.95);
const aboveOne = (d: Draw, shape: readonly number[]): Input => d.float(shape, 1.05, 4);
const bools = (d: Draw, shape: readonly number[]): Input => d.bool(shape);
/** The same type for both operands, drawn once a case. */
const ofOneType =
  (withBools: boolean, makeSecond?: (d: Draw, shape: readonly number[], dtype: string) => Input): DrawCase =>
  (d) => {
    const [a, b] = d.broadcasting();
    const dtype = d.pick(withBools ? ['float32', 'int32', 'bool'] : ['float32', 'int32']);
    const make = (shape: readonly number[]): Input =>
      dtype === 'float32' ? d.float(shape) : dtype === 'int32' ? d.int(shape) : d.bool(shape);
    return { inputs: { a: make(a), b: makeSecond?.(d, b, dtype) ?? make(b) } };
  };
const numbers = ofOneType(false);
const anything = ofOneType(true);
/** Gradients that tfjs does not sum over the axes that were broadcast. */
const withoutUnbroadcasting: DrawCase = (d) => {
  const { a, b, hasGradient } = d.sameOrBroadcasting();
  const make = d.chance() ? floats : (draw: Draw, shape: readonly number[]): Input => draw.int(shape);
  return { inputs: { a: make(d, a), b: make(d, b) }, hasGradient };
};
/** No zeros: a division by one is what engines differ in. */
const divisors = ofOneType(false, (d, shape, dtype) =>
  dtype === 'int32'
    ? { ...d.int(shape, 1, 5), numbers: d.int(shape, 1, 5).numbers.map((n) => (d.chance() ? n : -n)) }
    : d.float(shape, 0.3, 3),
);

export const elementwiseCases: Readonly<Record<string, DrawCase>> = {
  Add: numbers,
  Sub: numbers,
  Multiply: numbers,
  RealDiv: binary(floats, positive),
  FloorDiv: divisors,
  Mod: divisors,
  Pow: (d) => {
    const [a, b] = d.broadcasting();
    return d.chance()
      ? { inputs: { a: positive(d, a), b: floats(d, b) } }
      : { inputs: { a: d.int(a, -3, 3), b: d.int(b, 0, 4) } };
  },
  Maximum: withoutUnbroadcasting,
  Minimum: withoutUnbroadcasting,
  Atan2: binary(positive),
  SquaredDifference: withoutUnbroadcasting,
  Equal: anything,
  NotEqual: anything,
  Less: anything,
  LessEqual: anything,
  Greater: anything,
  GreaterEqual: anything,
  LogicalAnd: binary(bools),
  LogicalOr: binary(bools),
  BitwiseAnd: binary((d, shape) => d.int(shape, -100, 100)),
  LogicalNot: unary(bools),
  AddN: (d) => {
    const shape = d.shape();
    return { inputs: Object.fromEntries(d.list(d.integer(1, 4), 0, 0).map((_, i) => [i, d.float(shape)])) };
  },
  Abs: unary((d, shape) => d.number(shape)),
  Neg: unary((d, shape) => d.number(shape)),
  Square: unary((d, shape) => d.number(shape)),
  Sign: unary((d, shape) => d.number(shape)),
  Relu: unary((d, shape) => d.number(shape)),
  Relu6: unary((d, shape) => d.float(shape, -8, 8)),
  Step: (d) => ({ inputs: { x: d.float(d.shape()) }, attributes: { alpha: d.integer(-3, 3) / 4 } }),
  ClipByValue: (d) => ({
    inputs: { x: d.float(d.shape()) },
    attributes: { clipValueMin: -d.integer(1, 4) / 4, clipValueMax: d.integer(1, 4) / 4 },
  }),
  LeakyRelu: (d) => ({ inputs: { x: d.float(d.shape()) }, attributes: { alpha: d.integer(0, 4) / 8 } }),
  Prelu: (d) => {
    const shape = d.shape(1);
    return {
      inputs: { x: d.float(shape), alpha: d.float(shape.slice(d.integer(0, shape.length - 1)), 0, 1) },
    };
  },
  Elu: unary(floats),
  EluGrad: (d) => {
    const shape = d.shape();
    return { inputs: { dy: d.float(shape), y: d.float(shape, -0.9, 2) } };
  },
  Selu: unary(floats),
  Exp: unary(floats),
  Expm1: unary(floats),
  Log: unary(positive),
  Log1p: unary(positive),
  Sqrt: unary(positive),
  Rsqrt: unary(positive),
  Reciprocal: unary(positive),
  Sigmoid: unary(floats),
  Softplus: unary((d, shape) => d.float(shape, -20, 20)),
  Tanh: unary(floats),
  Sin: unary((d, shape) => d.float(shape, -20, 20)),
  Cos: unary((d, shape) => d.float(shape, -20, 20)),
  Tan: unary((d, shape) => d.float(shape, -1.3, 1.3)),
  Asin: unary(within),
  Acos: unary(within),
  Atan: unary(floats),
  Sinh: unary(floats),
  Cosh: unary(floats),
  Asinh: unary(floats),
  Acosh: unary(aboveOne),
  Atanh: unary(within),
  Erf: unary(floats),
  Floor: unary(floats),
  Ceil: unary(floats),
  Round: unary((d, shape) => d.number(shape)),
  IsNan: unary(floats),
  IsFinite: unary(floats),
  IsInf: unary(floats),
  Select: (d) => {
    const shape = d.shape();
    return { inputs: { condition: d.bool(shape), t: d.float(shape), e: d.float(shape) } };
  },
  Cast: (d) => ({
    inputs: { x: d.any(d.shape()) },
    attributes: { dtype: d.pick(['float32', 'int32', 'bool']) },
  }),
  Identity: unary((d, shape) => d.any(shape)),
  Complex: (d) => {
    const shape = d.fullShape();
    return { inputs: { real: d.float(shape), imag: d.float(shape) } };
  },
  Real: (d) => ({ inputs: { input: d.complex(d.fullShape()) } }),
  Imag: (d) => ({ inputs: { input: d.complex(d.fullShape()) } }),
  ComplexAbs: (d) => ({ inputs: { x: d.complex(d.fullShape()) } }),
  FFT: (d) => ({ inputs: { input: d.complex(d.fullShape(2, 2)) } }),
  IFFT: (d) => ({ inputs: { input: d.complex(d.fullShape(2, 2)) } }),
};
