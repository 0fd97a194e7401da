/** Complex numbers and Fourier transforms. */
import { input, type Emitter, type Kernels } from '../kernel';
import type { Program } from '../program';
import type { Value } from '../value';

export function complexOf(program: Program, real: Value, imaginary: Value): Value {
  return program.apply(
    `"stablehlo.complex"(${real.name}, ${imaginary.name})`,
    [real, imaginary],
    real.shape,
    'complex64',
  );
}

/** @param operation `real`, `imag` or `abs`. */
export function partOf(program: Program, operation: string, x: Value): Value {
  return program.apply(`"stablehlo.${operation}"(${x.name})`, [x], x.shape, 'float32');
}

/** Along the last axis. @param kind FFT, or IFFT, which divides by the number of places. */
const transform =
  (kind: 'FFT' | 'IFFT'): Emitter =>
  (program, inputs) => {
    const x = input(inputs, 'input');
    const attributes = `fft_type = #stablehlo<fft_type ${kind}>, fft_length = array<i64: ${x.shape.at(-1)}>`;
    return program.apply(`"stablehlo.fft"(${x.name}) <{${attributes}}>`, [x], x.shape);
  };

export const complexKernels: Kernels = {
  Complex: (program, inputs) => complexOf(program, input(inputs, 'real'), input(inputs, 'imag')),
  Real: (program, inputs) => partOf(program, 'real', input(inputs, 'input')),
  Imag: (program, inputs) => partOf(program, 'imag', input(inputs, 'input')),
  ComplexAbs: (program, inputs) => partOf(program, 'abs', input(inputs, 'x')),
  FFT: transform('FFT'),
  IFFT: transform('IFFT'),
};
