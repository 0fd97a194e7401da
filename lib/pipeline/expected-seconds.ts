/** How long the stages of the pipeline take beside each other, so that a run can tell how long it will go on. */
import { sum } from 'simple-statistics';
import type { PipelineConfig } from './config';
import { pipelinePresets } from './presets';

/**
 * Processor seconds of each stage in a run of the default preset with xla, one thread each, compiled programs on the disk; and what they
 * grow with: rows that the stage reads, samples or imitates.
 */
const stages: Readonly<Record<string, readonly [seconds: number, rows: (config: PipelineConfig) => number]>> =
  {
    world: [10, ({ world }) => world.demonstrations],
    sft: [140, ({ sft }) => sft.maxSteps * sft.batchSize],
    candidates: [17, candidates],
    preferences: [4, candidates],
    filter: [7, candidates],
    'best-of-n': [5, ({ world, sampling }) => world.evaluatePrompts * sampling.samplesPerPrompt],
    'reward-plain': [91, rewardRows],
    'reward-debiased': [91, rewardRows],
    scorecards: [39, candidates],
    'reinforce-samples': [12, reinforceSamples],
    prompts: [11, reinforceSamples],
    'sft-term': [10, ({ sftTermDemonstrations }) => sftTermDemonstrations],
    dpo: [41, ({ dpo }) => dpo.maxSteps * dpo.batchSize],
    ppo: [115, ppoRows],
    'ppo-no-sft-loss': [93, ppoRows],
    evaluation: [
      57,
      ({ world, evaluation }) => world.evaluatePrompts * evaluation.samplesPerPrompt + world.probePrompts,
    ],
  };

/** Of the pairs of four responses to a prompt the filter leaves about five. */
const pairsPerPrompt = 5;

/** A run that would take less is mostly starting and compiling, of which the rows tell nothing. */
const leastSeconds = 60;

/** @returns by the stage's label; undefined for all stages of a run that is too small to tell. */
export function expectedSeconds(config: PipelineConfig): (label: string) => number | undefined {
  const usual = pipelinePresets.default(1);
  const seconds = new Map(
    Object.entries(stages).map(([label, [of, rows]]) => [label, (of * rows(config)) / rows(usual)]),
  );
  const total = sum([...seconds.values()]);
  return (label) => (total < leastSeconds ? undefined : seconds.get(label));
}

function rewardRows({ reward, world }: PipelineConfig): number {
  const { maxSteps, batchSize, numTrainEpochs } = reward;
  if (maxSteps !== undefined) return maxSteps * batchSize;
  return numTrainEpochs * pairsPerPrompt * world.annotatePrompts;
}

function candidates({ world, sampling }: PipelineConfig): number {
  return world.annotatePrompts * sampling.samplesPerPrompt;
}

function reinforceSamples({ world, sampling }: PipelineConfig): number {
  return world.reinforcePrompts * sampling.samplesPerPrompt;
}

function ppoRows({ ppo }: PipelineConfig): number {
  return ppo.maxSteps * ppo.rolloutBatchSize;
}
