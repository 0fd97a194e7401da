import { describe, expect, it } from 'vitest';
import { families } from '../datasets/dialogues/families';
import { pipelinePolicies } from '../lib/evaluation/summary';
import { shownName } from '../lib/shown-names';

describe('shownName', () => {
  it('has words for every policy of the pipeline and every task of the embedded world', () => {
    for (const key of [...pipelinePolicies, ...Object.keys(families)]) {
      // No camelCase, and no abbreviation in small letters.
      expect(shownName(key)).not.toMatch(/[a-z][A-Z]|^(sft|dpo|ppo|json)$/);
    }
    expect(shownName('ppoNoSftLoss')).toBe('PPO without the SFT loss');
    expect(shownName('chitChat')).toBe('chit-chat');
  });

  it('leaves other names as they are, whatever objects inherit', () => {
    for (const name of ['myProbe', 'constructor', '']) expect(shownName(name)).toBe(name);
  });

  it('gives no two keys the same words', () => {
    const keys = [...pipelinePolicies, ...Object.keys(families), 'best-of-n'];
    expect(new Set(keys.map(shownName)).size).toBe(keys.length);
  });
});
