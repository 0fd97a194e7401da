import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readUsablePairs } from '../../lib/cli/pairs';
import { templateCheck } from '../../lib/cli/template-check';
import { readJsonLines } from '../../lib/files';
import { readPrompts } from '../../lib/preferences/readers/open';
import { trainByteLevelBpe } from '../../lib/tokenizer/train-bpe';
import { openRunDirectory } from '../../lib/train/run-directory';

const chat_template =
  "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}" +
  "{{ raise_exception('roles must alternate') }}{% endif %}{{ m.content }}{% endfor %}";

const user = (content: string) => ({ role: 'user', content });
const rows = [
  { prompt: [user('one'), user('two')], chosen: 'Yes.', rejected: 'No.' },
  { prompt: [user('one')], chosen: 'Yes.', rejected: 'No.' },
  { prompt: 'plain text', chosen: 'Yes.', rejected: 'No.' },
];

let model: string;
const at = (name: string): string => join(model, name);
beforeAll(() => {
  model = mkdtempSync(join(tmpdir(), 'rlhf-kit-template-'));
  const { tokenizerJson, tokenizerConfig } = trainByteLevelBpe(['a'], { vocabSize: 270 });
  writeFileSync(at('tokenizer.json'), JSON.stringify(tokenizerJson));
  writeFileSync(at('tokenizer_config.json'), JSON.stringify({ ...tokenizerConfig, chat_template }));
  writeFileSync(at('pairs.jsonl'), rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
});
afterAll(() => rmSync(model, { recursive: true }));

const openRun = (out: string) =>
  openRunDirectory({ command: 'reward', out: at(out), resume: false, config: {}, inputs: [], engine: 'cpu' });

describe('templateCheck', () => {
  it('sets pairs aside that the chat template of the model refuses, and counts them', async () => {
    const run = await openRun('aside');
    const flags = { format: 'auto', ignoreColumns: [], onBadRow: 'setAside' as const, model };
    const { pairs, badRows } = await readUsablePairs('reward', at('pairs.jsonl'), flags, run);
    expect(pairs.map(({ prompt }) => prompt)).toEqual([[user('one')], 'plain text']);
    expect(badRows).toBe(1);
    expect(await readJsonLines(run.file('bad-rows.jsonl'))).toMatchObject([
      {
        line: 1,
        field: 'prompt',
        problem: `is refused by the chat template of ${model} (roles must alternate)`,
      },
    ]);
    run.withdraw();
  });

  it('stops at such a row where bad rows stop the run, with file and line', async () => {
    const run = await openRun('stop');
    const flags = { format: 'auto', ignoreColumns: [], onBadRow: 'stop' as const, model };
    await expect(readUsablePairs('reward', at('pairs.jsonl'), flags, run)).rejects.toThrow(
      /pairs\.jsonl:1: 'prompt' is refused by the chat template of .* \(roles must alternate\)/,
    );
    run.withdraw();
    writeFileSync(at('prompts.jsonl'), `${JSON.stringify({ prompt: [user('a'), user('b')] })}\n`);
    await expect(readPrompts(at('prompts.jsonl'), templateCheck(model))).rejects.toThrow(
      /prompts\.jsonl:1: 'prompt' is refused/,
    );
    expect(await readPrompts(at('prompts.jsonl'), templateCheck(undefined))).toHaveLength(1);
  });
});
