import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StepMemory } from '../../lib/bench/memory';
import type { StepCase } from '../../lib/bench/cases';
import { pluginPath } from '../backend/xla/pjrt/plugin-path';

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

/** In a process of its own, as built: it starts further ones from the file beside it. */
function stepMemory(engine: string): StepMemory | undefined {
  const built = join(__dirname, '../../dist/lib/bench/memory');
  const script = `require(${JSON.stringify(built)}).stepMemory('${engine}', ${JSON.stringify(work)})
    .then((found) => console.log(JSON.stringify({ found })));`;
  const { stdout } = spawnSync(process.execPath, ['-e', script], { encoding: 'utf8' });
  return (JSON.parse(stdout) as { found?: StepMemory }).found;
}

describe.skipIf(pluginPath === undefined)('stepMemory (needs the plugin of setup xla)', () => {
  it('is least where the step takes over the memory of its state', () => {
    const { fused, kept, apart } = stepMemory('xla') as StepMemory;
    const parameters = (64 * 32 + 4 * 32 * 32 + 3 * 32 * 64 + 3 * 32) * 4;
    // Parameters and two moments: three times the parameters, once more where the old ones are left.
    expect(fused).toBeGreaterThan((3 * parameters) / 2 ** 20);
    expect(kept).toBeGreaterThan(fused);
    expect(apart).toBeGreaterThan((4 * parameters) / 2 ** 20);
  }, 60_000);

  it('is not told by an engine that compiles nothing', () => {
    expect(stepMemory('cpu')).toBeUndefined();
  }, 60_000);
});
