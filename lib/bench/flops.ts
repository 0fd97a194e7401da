/** How much arithmetic a case is, and how much of a card's rate a time makes use of. */
import type { BenchCase, BenchModel } from './cases';

/** Parameters that a token is multiplied with: all but norms, and the embedding once, as the output's projection. */
export function multipliedParameters(model: BenchModel): number {
  const { vocabSize, hiddenSize: D, intermediateSize: F, numHiddenLayers: L } = model;
  const keys = (D * model.numKeyValueHeads) / model.numAttentionHeads;
  return L * (2 * D * D + 2 * D * keys + 3 * D * F) + vocabSize * D;
}

/** Tokens of one run: those that a step reads, or that generation samples. */
export function tokensOf(work: BenchCase): number {
  return work.kind === 'step' ? work.B * work.T : work.B * work.R;
}

/**
 * Model FLOPs of one training step: 6N + 12·L·D·T a token, N the parameters that are multiplied. Attention counts as if it saw all T tokens, and
 * nothing is added for what is computed twice. Undefined for generation, which memory limits and not arithmetic.
 *
 * @see PaLM (arXiv 2204.02311), appendix B
 */
export function modelFlops(work: BenchCase): number | undefined {
  if (work.kind !== 'step') return undefined;
  const { numHiddenLayers: L, hiddenSize: D } = work.model;
  return tokensOf(work) * (6 * multipliedParameters(work.model) + 12 * L * D * work.T);
}

/** Dense bfloat16 rate of cards by a word of their names, FLOP/s. Source: NVIDIA's data sheets, without sparsity. */
const rates: readonly (readonly [RegExp, number])[] = [
  [/B200/, 2250e12],
  [/H[12]00 NVL/, 835e12],
  [/H100 PCIe/, 756e12],
  [/H[12]00|GH200/, 989.4e12],
  [/A100/, 312e12],
  [/L40S/, 362e12],
  [/RTX 4090/, 165.2e12],
];

/** Undefined for a card that the table does not have. */
export function denseBfloat16Rate(deviceKind: string): number | undefined {
  return rates.find(([name]) => name.test(deviceKind))?.[1];
}
