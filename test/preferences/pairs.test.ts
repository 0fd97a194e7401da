import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { writePairs } from '../../lib/preferences/pairs';
import { readPairs } from '../../lib/preferences/readers/open';
import type { PreferencePair } from '../../lib/types';

describe('writePairs', () => {
  it('writes rows that TRL reads and that come back unchanged', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-pairs-'));
    const file = join(folder, 'pairs.jsonl');
    const pairs: PreferencePair[] = [
      { promptId: '1', prompt: 'p', chosen: 'a', rejected: 'b' },
      {
        promptId: '2',
        task: 'list',
        language: 'zh',
        prompt: [{ role: 'user', content: '你好' }],
        chosen: 'x',
        rejected: 'y',
        margin: 0.5,
        verdicts: { helpful: 'chosen', harmless: 'tie' },
        chosenId: '3',
        rejectedId: '4',
      },
      {
        promptId: '3',
        prompt: [{ role: 'user', content: 'q1' }],
        chosen: 'a2',
        rejected: 'b2',
        chosenContext: [
          { role: 'assistant', content: 'a1' },
          { role: 'user', content: 'q2' },
        ],
        rejectedContext: [
          { role: 'assistant', content: 'b1' },
          { role: 'user', content: 'q2' },
        ],
      },
    ];
    writePairs(file, pairs);
    const [, second, third] = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { chosen: unknown });
    expect(second).toMatchObject({
      prompt: [{ role: 'user', content: '你好' }],
      chosen: [{ role: 'assistant', content: 'x' }],
      rejected: [{ role: 'assistant', content: 'y' }],
    });
    expect(third?.chosen).toEqual([
      { role: 'assistant', content: 'a1' },
      { role: 'user', content: 'q2' },
      { role: 'assistant', content: 'a2' },
    ]);
    expect(await readPairs(file)).toEqual(pairs);
    rmSync(folder, { recursive: true });
  });
});
