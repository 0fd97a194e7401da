import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseCommandLine } from '../../../lib/cli/command';
import { generateCommand } from '../../../lib/cli/commands/generate';
import { InputError } from '../../../lib/errors';

const shared = process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../../shared');
const stories = join(shared, 'data/stories260K');
const run = (...flags: string[]): Promise<unknown> =>
  generateCommand.run(parseCommandLine(generateCommand, ['--model', stories, '--engine', 'cpu', ...flags]));

describe('rlhf-kit generate', () => {
  it('refuses values out of range and models that are not there', async () => {
    await expect((async () => run('--top-p', '1.5'))()).rejects.toThrow(
      /'topP' must be a number > 0 and ≤ 1/,
    );
    const missing = parseCommandLine(generateCommand, ['--model', 'nowhere', '--engine', 'cpu']);
    await expect(generateCommand.run(missing)).rejects.toThrow(InputError);
  });

  it.skipIf(!existsSync(stories))(
    'tells the known story greedily from BOS (needs shared/data/stories260K)',
    async () => {
      expect(await run('--prompt', '', '--greedy', '--max-new-tokens', '80')).toBe(
        "Once upon a time, there was a little girl named Lily. She loved to play outside in the park. One day, she saw a big, red ball. She wanted to play with it, but it was too high.\nLily's mom said, \"Lily, let's go to",
      );
    },
  );

  it.skipIf(!existsSync(stories))(
    'prints text, tokens and log-probabilities as JSON (needs shared/data/stories260K)',
    async () => {
      const result = (await run('--prompt', 'Once upon a time', '--max-new-tokens', '6', '--json')) as {
        text: string;
        tokens: number[];
        logprobs: number[];
      };
      expect(Object.keys(result)).toEqual(['text', 'tokens', 'logprobs']);
      expect(result.tokens).toHaveLength(6);
      expect(result.logprobs.every((logprob) => logprob <= 0)).toBe(true);
    },
  );

  it.skipIf(!existsSync(stories))(
    'samples as often as asked, differently, and the same with the same seed (needs shared/data/stories260K)',
    async () => {
      const flags = ['--samples', '3', '--max-new-tokens', '12', '--json', '--seed', '5'];
      const once = (await run(...flags)) as { text: string }[];
      expect(new Set(once.map(({ text }) => text)).size).toBe(3);
      expect(await run(...flags)).toEqual(once);
    },
  );
});
