/** Agreement with the labels against the best that noisy labels allow. */
import { InputError } from '../../errors';
import { wilsonInterval, type Interval } from '../../intervals';
import type { Accuracy } from './accuracy';

export interface CeilingComparison {
  /** Agreement of a perfect judge with the labels, estimated from the votes. */
  readonly ceiling: number;
  readonly agreement: number;
  /** 95% Wilson interval of the agreement. */
  readonly agreementCi: Interval;
  /** (agreement − ½) / (ceiling − ½): how much of what can be learnt is; 0 at chance, 1 at the ceiling. */
  readonly attained: number;
}

/**
 * Sets a model's agreement with labels beside the ceiling. Above the ceiling (by more than the interval), either the
 * estimate is wrong or the model has learnt the annotators' errors, length bias among them.
 *
 * @param ceiling from the filter's report, in (½, 1].
 * @throws {InputError} when the ceiling is not in that range.
 */
export function compareWithCeiling({ n, accuracy }: Accuracy, ceiling: number): CeilingComparison {
  if (!(ceiling > 0.5 && ceiling <= 1)) {
    throw new InputError(`noise ceiling must be a fraction > 0.5 and ≤ 1, got ${ceiling}`);
  }
  return {
    ceiling,
    agreement: accuracy,
    agreementCi: wilsonInterval(accuracy, n),
    attained: (accuracy - 0.5) / (ceiling - 0.5),
  };
}
