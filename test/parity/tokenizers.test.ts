import { describe, expect, it } from 'vitest';
import { loadTokenizer } from '../../lib/tokenizer/tokenizer';
import type { Message } from '../../lib/types';
import { readCases, sharedData } from './fixture';

interface TextCase {
  readonly tokenizer: string;
  readonly text: string;
  readonly ids: number[];
  readonly decoded: string;
}
interface ChatCase {
  readonly tokenizer: string;
  readonly messages: Message[];
  readonly rendered: string;
  readonly ids: number[];
}

const cases = readCases<TextCase | ChatCase>('tokenizers.json');

const ofTokenizer = (name: string) => cases.filter((entry) => entry.tokenizer === name);

describe.each(['stories260K', 'smollm2-tokenizer'])('the tokenizer of %s against transformers', (name) => {
  const { path, missing } = sharedData(name);
  const needs = missing ? ` (skipped: data/${name} is missing)` : '';

  it.skipIf(missing)(`gives 60 strings the same ids, and the ids the same text${needs}`, () => {
    const tokenizer = loadTokenizer(path);
    const texts = ofTokenizer(name).filter((entry) => 'text' in entry);
    expect(texts).toHaveLength(60);
    for (const { text, ids, decoded } of texts) {
      expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
      expect(tokenizer.decode(ids), JSON.stringify(text)).toBe(decoded);
    }
  });
});

describe('the chat template of smollm2-tokenizer against transformers', () => {
  const { path, missing } = sharedData('smollm2-tokenizer');
  const needs = missing ? ' (skipped: data/smollm2-tokenizer is missing)' : '';

  it.skipIf(missing)(`writes 6 conversations in the same ids${needs}`, () => {
    const tokenizer = loadTokenizer(path);
    const chats = ofTokenizer('smollm2-tokenizer').filter((entry) => 'messages' in entry);
    expect(chats).toHaveLength(6);
    for (const { messages, rendered, ids } of chats)
      expect(tokenizer.renderPrompt(messages), rendered).toEqual(ids);
  });
});
