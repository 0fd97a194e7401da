import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type * as Memory from '../../lib/bench/memory';
import type { StepCase } from '../../lib/bench/cases';
import { pluginPath } from '../backend/xla/pjrt/plugin-path';

/** As built: it starts a process of its own from the file beside it. */
const { stepMemory } = createRequire(__filename)(
  join(__dirname, '../../dist/lib/bench/memory'),
) as typeof Memory;

const work: StepCase = {
  kind: 'step',
  model: {
    vocabSize: 64,
    hiddenSize: 32,
    intermediateSize: 64,
    numHiddenLayers: 1,
    numAttentionHeads: 2,
    numKeyValueHeads: 2,
  },
  B: 2,
  T: 16,
  repetitions: 1,
};

describe.skipIf(pluginPath === undefined)('stepMemory (needs the plugin of setup xla)', () => {
  it('is least where the step takes over the memory of its state', async () => {
    const { fused, kept, apart } = (await stepMemory('xla', work)) as NonNullable<
      Awaited<ReturnType<typeof stepMemory>>
    >;
    const parameters = (64 * 32 + 4 * 32 * 32 + 3 * 32 * 64 + 3 * 32) * 4;
    // Parameters and two moments: three times the parameters, once more where the old ones are left.
    expect(fused).toBeGreaterThan((3 * parameters) / 2 ** 20);
    expect(kept - fused).toBeCloseTo((3 * parameters) / 2 ** 20, 1);
    expect(apart).toBeGreaterThan((4 * parameters) / 2 ** 20);
  }, 60_000);

  it('is not told by an engine that compiles nothing', async () => {
    expect(await stepMemory('cpu', work)).toBeUndefined();
  }, 60_000);
});
