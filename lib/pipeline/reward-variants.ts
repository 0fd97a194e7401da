/** The reward model twice: as the annotators taught it, and with length balanced out. */
import type { RewardConfig } from '../reward/config';
import type { PipelineConfig } from './config';

export const rewardVariants = ['plain', 'debiased'] as const;
export type RewardVariant = (typeof rewardVariants)[number];

/** The plain model's configuration differs from the debiased one's in what debiases alone. */
export function variantConfig({ reward }: PipelineConfig, variant: RewardVariant): RewardConfig {
  return variant === 'plain' ? { ...reward, lengthBalance: 'none', lengthCovariate: false } : reward;
}
