/** Perplexity of given texts under a model: how much of what it knew it still expects. */
import { jit } from '../backend';
import { InputError } from '../errors';
import type { ModelConfig } from '../model/config';
import type { LanguageModel } from '../model/sample';
import type { Params } from '../model/params';
import { disposeTree } from '../tensor/pytree';
import {
  countLabels,
  demonstrationMicrobatches,
  encodeDemonstration,
  type DemonstrationBatch,
} from '../train/demonstrations';
import { nextTokenLoss } from '../train/next-token-loss';
import { chunk } from '../train/sampler';
import type { Demonstration } from '../types';

/** Texts in one forward pass. */
const batchSize = 8;

const stepOf = new Map<string, ReturnType<typeof makeStep>>();

function makeStep(config: ModelConfig) {
  return jit((params: Params, batch: DemonstrationBatch) => nextTokenLoss(params, config, batch).loss);
}

/** One compiled step a model's configuration: a policy is asked again and again. */
function lossStep(config: ModelConfig): ReturnType<typeof makeStep> {
  const key = JSON.stringify(config);
  const step = stepOf.get(key) ?? makeStep(config);
  stepOf.set(key, step);
  return step;
}

/**
 * exp of the mean −log p of the tokens that count: those of the responses, or of whole texts where a row has no prompt.
 *
 * @param maxLength longer texts lose their beginning. Tokens.
 * @throws {InputError} when no token counts.
 */
export async function perplexity(
  { params, config, tokenizer }: LanguageModel,
  texts: readonly Demonstration[],
  maxLength: number,
): Promise<number> {
  const limit = Math.min(maxLength, config.maxPositionEmbeddings);
  const rows = texts
    .map((text) => encodeDemonstration(tokenizer, text, 'assistant', limit))
    .sort((a, b) => a.tokens.length - b.tokens.length);
  const total = countLabels(rows);
  if (total === 0) throw new InputError('perplexity: no text holds a token that counts');
  const step = lossStep(config);
  let sum = 0;
  for (const part of chunk(rows, batchSize)) {
    const labels = countLabels(part);
    if (labels === 0) continue;
    const [batch] = demonstrationMicrobatches(part, 1, tokenizer.padTokenId, { maxLength: limit });
    const loss = step(params, batch as DemonstrationBatch);
    sum += labels * ((await loss.data())[0] as number);
    disposeTree([batch, loss]);
  }
  return Math.exp(sum / total);
}
