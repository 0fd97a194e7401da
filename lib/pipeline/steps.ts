/** The steps of the pipeline: what is done, in which order, and what each reads. */
import type { PipelineConfig } from './config';
import { sampleStep, voteStep } from './collect';
import { evaluationStep } from './evaluate';
import { filterStep } from './filter';
import { dpoStep, ppoStep, selectDemonstrationsStep, selectPromptsStep } from './policies';
import { rewardStep, scorecardStep } from './reward';
import { sftStep } from './sft';
import { worldStep } from './world';
import type { Step } from './run-steps';

/** The steps in order. Each reads files of earlier ones and writes into a folder of its own. */
export function pipelineSteps(config: PipelineConfig, out: (path: string) => string): Step[] {
  return [
    worldStep(config),
    sftStep(config, out),
    sampleStep(config, 'candidates', 'annotate', out),
    voteStep(config, out),
    filterStep(config, out),
    rewardStep(config, 'plain', out),
    rewardStep(config, 'debiased', out),
    sampleStep(config, 'best-of-n', 'evaluate', out),
    scorecardStep(config, out),
    sampleStep(config, 'reinforce-samples', 'reinforce', out),
    selectPromptsStep(config, out),
    selectDemonstrationsStep(config, out),
    dpoStep(config, out),
    ppoStep(config, 'ppo', out),
    ppoStep(config, 'ppo-no-sft-loss', out),
    evaluationStep(config, out),
  ];
}
