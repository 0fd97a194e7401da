/** The steps of the pipeline: what is done, in which order, and what each reads. */
import type { PipelineConfig } from './config';
import { dpoStep } from './dpo';
import { evaluationStep } from './evaluate';
import { filterStep } from './filter';
import { ppoStep } from './ppo';
import { selectPromptsStep } from './prompts';
import { rewardStep } from './reward';
import { sampleStep } from './sample';
import { scorecardStep } from './scorecards';
import { selectDemonstrationsStep } from './sft-term';
import { sftStep } from './sft';
import { voteStep } from './votes';
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
