/** What tfjs finds out about a convolution or pooling, axis by axis. */
import type { backend_util } from '@tensorflow/tfjs';

export interface SpaceAxis {
  readonly inExtent: number;
  readonly outExtent: number;
  readonly filter: number;
  readonly stride: number;
  readonly dilation: number;
  /** Zeros in front of the image. */
  readonly before: number;
}

const names = [
  ['Depth', 'front'],
  ['Height', 'top'],
  ['Width', 'left'],
] as const;

/** The axes of space from the outermost in. */
export function spaceOf(info: backend_util.Conv2DInfo | backend_util.Conv3DInfo): SpaceAxis[] {
  const numbers = info as unknown as Readonly<Record<string, number>>;
  const padding = info.padInfo as unknown as Readonly<Record<string, number>>;
  return names
    .filter(([name]) => `in${name}` in numbers)
    .map(([name, before]) => ({
      inExtent: numbers[`in${name}`] as number,
      outExtent: numbers[`out${name}`] as number,
      filter: numbers[`filter${name}`] as number,
      stride: numbers[`stride${name}`] as number,
      dilation: numbers[`dilation${name}`] as number,
      before: padding[before] as number,
    }));
}
