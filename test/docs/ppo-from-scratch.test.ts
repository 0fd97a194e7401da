import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { beforeAll, describe, expect, it } from 'vitest';
import { ppoFromScratch } from '../../docs/ppo-from-scratch';
import { useEngine } from '../../lib/backend';
import type { MetricsRow } from '../../lib/train/metrics';
import { departures, readPin } from '../invariant/pins';
import { ppo } from '../invariant/runs';
import { demonstrations, model, prompts, scorer } from '../invariant/tiny';

beforeAll(() => useEngine('cpu'));

/** Relative to the largest number of a metric: the file computes what the trainer computes, in part in another order. */
const tolerance = 1e-6;
const steps = 50;

describe('docs/ppo-from-scratch.ts', () => {
  it('finds the trajectory that is pinned for trainPpo, and leaves no tensor behind', async () => {
    const before = tf.memory().numTensors;
    const got = await ppoFromScratch(model, prompts, demonstrations, scorer, { ...ppo, maxSteps: steps });
    expect(tf.memory().numTensors).toBe(before);
    expect(got).toHaveLength(steps);
    expect(departures(readPin('ppo'), got as unknown as MetricsRow[], tolerance, true)).toEqual([]);
  }, 120_000);

  it('is at most 180 lines long', () => {
    const text = readFileSync(join(__dirname, '../../docs/ppo-from-scratch.ts'), 'utf8');
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(180);
  });
});
