import { describe, expect, it } from 'vitest';
import { setPipeline } from '../../lib/pipeline/config';
import { expectedSeconds } from '../../lib/pipeline/expected-seconds';
import { pipelineFlow } from '../../lib/pipeline/flow';
import { pipelinePresets } from '../../lib/pipeline/presets';

const usual = pipelinePresets.default(1);

describe('expectedSeconds', () => {
  it('knows every stage of the default and of the notebook preset', () => {
    for (const preset of ['default', 'notebook'] as const) {
      const config = pipelinePresets[preset](2);
      const labels = pipelineFlow(config).nodes.map(({ label }) => label);
      expect(labels.filter((label) => !(Number(expectedSeconds(config)(label)) > 0))).toEqual([]);
    }
  });

  it('grows with what a stage has to do, and with nothing else', () => {
    const [before, after] = [usual, setPipeline('test', usual, { 'ppo.maxSteps': 36, 'ppo.klCoef': 1 })].map(expectedSeconds); // prettier-ignore
    expect(Number(after?.('ppo')) / Number(before?.('ppo'))).toBeCloseTo(0.5, 9);
    expect(after?.('dpo')).toBe(before?.('dpo'));
    const [oneEpoch] = [setPipeline('test', usual, { 'reward.numTrainEpochs': 1 })].map(expectedSeconds);
    expect(Number(before?.('reward-plain')) / Number(oneEpoch?.('reward-plain'))).toBeCloseTo(3, 9);
  });

  it('tells nothing of a run that mostly starts and compiles', () => {
    expect(expectedSeconds(pipelinePresets.smoke(1))('ppo')).toBeUndefined();
  });
});
