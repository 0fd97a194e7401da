/** Two small random language models with one tokenizer, for tests that sample and judge. */
import { initParams } from '../../lib/model/params';
import { parseModelConfig } from '../../lib/model/config';
import type { LanguageModel } from '../../lib/model/sample';
import { createRng } from '../../lib/random';
import { createTokenizer } from '../../lib/tokenizer/tokenizer';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';

export function tinyModel(seed: number): LanguageModel {
  const tokenizer = createTokenizer(trainByteLevelBpe(['hello there, how are you'], { vocabSize: 270 }));
  const config = parseModelConfig({
    model_type: 'llama',
    vocab_size: 270,
    hidden_size: 16,
    intermediate_size: 24,
    num_hidden_layers: 1,
    num_attention_heads: 2,
    num_key_value_heads: 1,
    max_position_embeddings: 128,
    rms_norm_eps: 1e-5,
    rope_theta: 10000,
    tie_word_embeddings: true,
    bos_token_id: tokenizer.bosTokenId,
    eos_token_id: tokenizer.eosTokenId,
    pad_token_id: tokenizer.padTokenId,
  });
  return { params: initParams(config, createRng(seed)), config, tokenizer };
}
