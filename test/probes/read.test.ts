import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { holdsTexts, readProbes, readTexts } from '../../lib/probes/read';

const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-probes-'));
function file(...rows: unknown[]): string {
  const path = join(folder, `${Math.random()}.jsonl`);
  writeFileSync(path, rows.map((row) => `${JSON.stringify(row)}\n`).join(''));
  return path;
}

describe('readProbes', () => {
  it('reads prompts with their rules', async () => {
    const [first, second] = await readProbes(
      file(
        { prompt: '2 + 2 =', number: 4, task: 'sums', promptId: 7 },
        { prompt: [{ role: 'user', content: 'Hi' }], contains: 'Hello', language: 'en' },
      ),
    );
    expect(first).toMatchObject({ promptId: '7', task: 'sums', prompt: '2 + 2 =' });
    expect([first?.passes('4'), first?.passes('5'), second?.passes('Hello!')]).toEqual([true, false, true]);
    expect(second?.promptId).toMatch(/^[0-9a-f]{16}$/);
  });

  it.each([
    [[{ number: 4 }], ":1: 'prompt' must be a text or a list of messages with role and content"],
    [
      [{ prompt: 'a', number: 4 }, { prompt: 'b' }],
      ':2: must have one of equals, contains, regex, number, jsonSchema, got none',
    ],
    [
      [{ prompt: 'a', numbr: 4 }],
      ":1: unknown field 'numbr'; a probe has prompt, promptId, task, language, equals",
    ],
    [
      [{ prompt: [{ role: 'assistant', content: 'a' }], equals: 'b' }],
      ":1: 'prompt' must end with the user's turn",
    ],
    [
      [
        { prompt: 'a', equals: 'b', promptId: 'x' },
        { prompt: 'c', equals: 'd', promptId: 'x' },
      ],
      "two probes have the promptId 'x'",
    ],
    [[3], ':1: must be an object'],
    [[], ': holds no probes'],
  ])('refuses %j', async (rows, sentence) => {
    await expect(readProbes(file(...rows))).rejects.toThrow(sentence);
  });
});

describe('readTexts', () => {
  it('reads plain texts, which the first row tells', async () => {
    const path = file({ text: 'Once upon a time' }, { text: 'there was' });
    expect(await holdsTexts(path)).toBe(true);
    expect(await holdsTexts(file({ prompt: 'a', response: 'b' }))).toBe(false);
    expect((await readTexts(path)).map(({ response, finished }) => [response, finished])).toEqual([
      ['Once upon a time', false],
      ['there was', false],
    ]);
  });

  it('refuses a row of another kind', async () => {
    await expect(readTexts(file({ text: 'a' }, { txt: 'b' }))).rejects.toThrow(
      ':2: must be {"text": "…"} as in the first line, got {"txt":"b"}',
    );
  });
});
