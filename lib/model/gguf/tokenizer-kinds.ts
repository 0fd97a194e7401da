/** Kinds of tokenizers that the kit and llama.cpp cut text alike for. */
import { numberPattern, wordPattern } from '../../tokenizer/byte-level';

/** Byte-level BPE by what llama.cpp calls its cutting (`tokenizer.ggml.pre`): patterns that cut text in turn. */
export const cuttings: Readonly<Record<string, readonly string[]>> = {
  'gpt-2': [wordPattern],
  smollm: [numberPattern, wordPattern],
};

/** What `tokenizer.ggml.token_type` says of a token. */
export const tokenType = { normal: 1, control: 3, userDefined: 4, unused: 5 } as const;
