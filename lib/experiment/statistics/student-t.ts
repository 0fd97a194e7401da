/** Student's t distribution: intervals and p-values over a handful of seeds. */
import { gammaln } from 'simple-statistics';
import { InputError } from '../../errors';

/**
 * Two-sided tail of Student's t: P(|T| ≥ |t|) = I_{ν/(ν+t²)}(ν/2, 1/2).
 *
 * @param df degrees of freedom ν > 0.
 * @see Abramowitz & Stegun 1964, 26.7.1.
 */
export function twoSidedTail(t: number, df: number): number {
  requireDegrees('twoSidedTail', df);
  if (!Number.isFinite(t)) return 0;
  return regularizedBeta(df / (df + t * t), df / 2, 0.5);
}

/**
 * The t that |T| exceeds with probability 1 − level: 2.776 for a level of 0.95 and 4 degrees of freedom.
 *
 * @param level in (0, 1).
 * @param df degrees of freedom ν > 0.
 */
export function twoSidedQuantile(level: number, df: number): number {
  requireDegrees('twoSidedQuantile', df);
  if (!(level > 0 && level < 1)) {
    throw new InputError(`twoSidedQuantile: level must be in (0, 1), got ${level}`);
  }
  let high = 1;
  while (twoSidedTail(high, df) > 1 - level) high *= 2;
  let low = 0;
  // Halving until neighbouring doubles: the tail falls with t.
  for (let middle = high / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (twoSidedTail(middle, df) > 1 - level) low = middle;
    else high = middle;
  }
  return high;
}

function requireDegrees(name: string, df: number): void {
  if (!(df > 0)) throw new InputError(`${name}: df must be > 0, got ${df}`);
}

/**
 * Regularized incomplete beta function I_x(a, b), the distribution function of Beta(a, b) at x in [0, 1].
 *
 * I_x(a, b) = xᵃ(1 − x)ᵇ / (a·B(a, b)) · 1/(1 + d₁/(1 + d₂/(1 + …))), with
 * d₂ₘ = m(b − m)x / ((a + 2m − 1)(a + 2m)) and d₂ₘ₊₁ = −(a + m)(a + b + m)x / ((a + 2m)(a + 2m + 1)).
 *
 * @see NIST Digital Library of Mathematical Functions, 8.17.22; evaluated from the front as in Lentz 1976.
 */
export function regularizedBeta(x: number, a: number, b: number): number {
  if (x <= 0) return 0;
  if (x >= 1) return 1;
  // The fraction converges fast on this side only: I_x(a, b) = 1 − I_{1−x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - regularizedBeta(1 - x, b, a);
  const logBeta = gammaln(a) + gammaln(b) - gammaln(a + b);
  const front = Math.exp(a * Math.log(x) + b * Math.log1p(-x) - logBeta) / a;
  return front / continuedFraction(x, a, b);
}

/** 1 + d₁/(1 + d₂/(1 + …)). */
function continuedFraction(x: number, a: number, b: number): number {
  const tiny = 1e-300;
  let value = 1;
  let numerator = 1;
  let denominator = 0;
  for (let k = 1; k <= 500; k++) {
    const m = k >> 1;
    const d =
      k % 2 === 0
        ? (m * (b - m) * x) / ((a + k - 1) * (a + k))
        : (-(a + m) * (a + b + m) * x) / ((a + k - 1) * (a + k));
    denominator = 1 / (1 + d * denominator || tiny);
    numerator = 1 + d / numerator || tiny;
    const factor = numerator * denominator;
    value *= factor;
    if (Math.abs(factor - 1) < 1e-15) break;
  }
  return value;
}
