/** How the pipeline's stages read what is no plain JSON. */
import type { Format } from '../flow/formats';
import { readPairs } from '../preferences/readers/open';
import { loadTokenizer, type Tokenizer } from '../tokenizer/tokenizer';
import type { PreferencePair } from '../types';

export const pairLines: Format<readonly PreferencePair[]> = { read: (path) => readPairs(path) };

/** The tokenizer of a model directory. */
export const tokenizerFolder: Format<Tokenizer> = { read: loadTokenizer };
