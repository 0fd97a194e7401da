import { describe, expect, it } from 'vitest';
import { valuesToKeep, type Line } from '../../../../lib/backend/xla/trace/barriers';

const line = (name: string, operation: string, size = 1e6): Line => ({
  name,
  operation: `stablehlo.${operation}`,
  size,
  isFloat: true,
});

const block = (size?: number): Line[] => [
  line('%0', 'dot_general %arg0, %arg1', size),
  line('%1', 'add %0, %arg2', size),
  line('%2', 'multiply %1, %1', size),
  line('%3', 'tanh %2', size),
  line('%4', 'add %1, %3', size),
  line('%5', 'exponential %arg0', size),
  line('%6', 'reshape %4', size),
  line('%7', 'dot_general %6, %arg1', size),
];

describe('valuesToKeep', () => {
  it('names what is used twice, and what a product reads through a change of shape', () => {
    // %1 stands in %2 and %4; %4 reaches %7 through %6; the product %0 is kept by itself.
    expect([...valuesToKeep(block(), ['%7'])]).toEqual(['%1', '%4']);
  });

  it('leaves out results, small values and what comes from no product', () => {
    expect([...valuesToKeep(block(), ['%1', '%4'])]).toEqual([]);
    expect([...valuesToKeep(block(100), ['%7'])]).toEqual([]);
    const twice = [line('%0', 'exponential %arg0'), line('%1', 'add %0, %arg1'), line('%2', 'tanh %0')];
    expect([...valuesToKeep(twice, ['%1', '%2'])]).toEqual([]);
  });
});
