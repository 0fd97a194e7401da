/** A model with random weights and a byte-level tokenizer, as a folder. */
import { saveModel } from '../../lib/model/directory';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { tinyConfig, tinyParams } from '../model/tiny';

/** @param texts what the tokenizer is trained on. */
export function saveTinyModel(directory: string, texts: Iterable<string> = ['a']): void {
  const tokenizer = createTokenizer(trainByteLevelBpe(texts, { vocabSize: 270 }));
  const config = {
    ...tinyConfig,
    vocabSize: tokenizer.vocabSize,
    eosTokenId: tokenizer.eosTokenId,
    padTokenId: tokenizer.padTokenId,
  };
  saveModel(directory, { config, tokenizer, params: tinyParams(config) });
}
