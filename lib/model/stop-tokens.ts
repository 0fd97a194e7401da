/** The tokens that end a response: what generation stops at and training counts as the end. */
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { ModelConfig } from './config';

/**
 * Every token that ends a response of a model, each once: those of config.json and generation_config.json, the tokenizer's, and the one
 * that its chat template ends a turn with.
 */
export function stopTokenIds({
  config,
  tokenizer,
}: {
  readonly config: ModelConfig;
  readonly tokenizer: Tokenizer;
}): number[] {
  const { eosTokenId: own = [] } = config;
  const { eosTokenId, turnEndTokenId = eosTokenId } = tokenizer;
  return [...new Set([own, eosTokenId, turnEndTokenId].flat())];
}
