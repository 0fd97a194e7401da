/** Draws inputs of kernels at random: shapes that broadcast, are empty or have no axis, numbers of every type. */
import fc, { type GeneratorValue } from 'fast-check';
import type { Attributes } from '../../../../../lib/backend/xla/trace/kernel';
import type { DType } from '../../../../../lib/backend/xla/trace/value';
import { createRng } from '../../../../../lib/random';

export interface Input {
  readonly shape: readonly number[];
  readonly dtype: DType;
  readonly numbers: readonly number[];
}

export interface Case {
  readonly inputs: Readonly<Record<string, Input>>;
  readonly attributes?: Attributes;
  /** False where tfjs's own gradient fails or is wrong on every engine. */
  readonly hasGradient?: boolean;
}

/** How a kernel's case is drawn. */
export type DrawCase = (draw: Draw) => Case;

const sizeOf = (shape: readonly number[]): number => shape.reduce((product, extent) => product * extent, 1);

export class Draw {
  private readonly generate: GeneratorValue;
  constructor(generate: GeneratorValue) {
    this.generate = generate;
  }

  integer(min: number, max: number): number {
    return this.generate(fc.integer, { min, max });
  }

  chance(): boolean {
    return this.generate(fc.boolean);
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.integer(0, choices.length - 1)] as T;
  }

  /** Extents from 1 to 4; one in ten shapes is empty. */
  shape(minRank = 0, maxRank = 4): number[] {
    const shape = this.list(this.integer(minRank, maxRank), 1, 4);
    if (shape.length > 0 && this.integer(0, 9) === 0) shape[this.integer(0, shape.length - 1)] = 0;
    return shape;
  }

  /** The same, never empty. */
  fullShape(minRank = 0, maxRank = 4): number[] {
    return this.list(this.integer(minRank, maxRank), 1, 4);
  }

  list(length: number, min: number, max: number): number[] {
    return Array.from({ length }, () => this.integer(min, max));
  }

  /** Two shapes that broadcast: axes of extent 1, axes that are missing in front. */
  broadcasting(): [number[], number[]] {
    const whole = this.shape();
    const part = (): number[] => {
      const kept = whole.map((extent) => (this.integer(0, 3) === 0 ? 1 : extent));
      return kept.slice(this.integer(0, 3) === 0 ? this.integer(0, whole.length) : 0);
    };
    return this.chance() ? [whole, part()] : [part(), whole];
  }

  /** An axis of a shape, counted from the front or from the back. */
  axis(rank: number): number {
    return this.integer(-rank, rank - 1);
  }

  /** Some axes, in order; none at all where null means all. */
  axes(rank: number): number[] {
    return Array.from({ length: rank }, (_, axis) => axis).filter(() => this.chance());
  }

  /** Numbers spread evenly over a range, none of them an integer. */
  float(shape: readonly number[], min = -2, max = 2): Input {
    const rng = this.numbers();
    const numbers = Array.from({ length: sizeOf(shape) }, () =>
      Math.fround(min + (max - min) * rng.uniform()),
    );
    return { shape, dtype: 'float32', numbers };
  }

  int(shape: readonly number[], min = -5, max = 5): Input {
    const rng = this.numbers();
    const numbers = Array.from({ length: sizeOf(shape) }, () => min + rng.integer(max - min + 1));
    return { shape, dtype: 'int32', numbers };
  }

  bool(shape: readonly number[]): Input {
    return { ...this.int(shape, 0, 1), dtype: 'bool' };
  }

  /** Two numbers a place. */
  complex(shape: readonly number[]): Input {
    const { numbers } = this.float([...shape, 2]);
    return { shape, dtype: 'complex64', numbers };
  }

  /** Floats or integers. */
  number(shape: readonly number[]): Input {
    return this.chance() ? this.float(shape) : this.int(shape);
  }

  /** Any type. */
  any(shape: readonly number[]): Input {
    return this.integer(0, 4) === 0 ? this.bool(shape) : this.number(shape);
  }

  /** Two shapes of which a gradient can be taken where tfjs does not sum it over the axes that were broadcast. */
  sameOrBroadcasting(): { a: number[]; b: number[]; hasGradient: boolean } {
    const [a, b] = this.broadcasting();
    const whole = a.length > b.length ? a : b;
    if (this.chance()) return { a: whole, b: whole, hasGradient: true };
    return { a, b, hasGradient: false };
  }

  /** The numbers come of one drawn seed: what is made smaller when a case fails is its shapes. */
  private numbers() {
    return createRng(this.integer(0, 1_000_000));
  }
}
