/** Configuration of the whole pipeline: the stages' own configurations and the sizes of what flows between them. */
import type { WorldPart } from '../../datasets/dialogues';
import type { EvaluationConfig } from '../evaluation/config';
import type { FilterConfig } from '../filter/config';
import type { ModelConfig } from '../model/config';
import type { DpoConfig } from '../policy/dpo/config';
import type { PpoConfig } from '../policy/ppo/config';
import type { RewardConfig } from '../reward/config';
import type { SftConfig } from '../sft/config';

export interface PipelineConfig {
  readonly seed: number;
  /** How much of the embedded world is used, and which part of it. */
  readonly world: WorldPart & {
    readonly demonstrations: number;
    readonly annotatePrompts: number;
    readonly reinforcePrompts: number;
    readonly evaluatePrompts: number;
    readonly probePrompts: number;
    readonly vocabSize: number;
  };
  /** The model that SFT starts from; the tokenizer decides the rest. */
  readonly model: Pick<
    ModelConfig,
    | 'hiddenSize'
    | 'intermediateSize'
    | 'numHiddenLayers'
    | 'numAttentionHeads'
    | 'numKeyValueHeads'
    | 'headDim'
    | 'maxPositionEmbeddings'
  >;
  readonly sft: SftConfig;
  /** Sampling, everywhere the same: what annotators compare is what policies are trained on and judged by. */
  readonly sampling: {
    readonly samplesPerPrompt: number;
    readonly temperature: number;
    readonly maxNewTokens: number;
    readonly maxPromptTokens: number;
  };
  readonly annotators: {
    readonly panel: number;
    readonly votesPerPair: number;
    readonly meanTemperature: number;
    readonly meanLengthBias: number;
    readonly meanTieThreshold: number;
  };
  readonly filter: FilterConfig;
  /** Of the debiased reward model; the plain one differs in `lengthBalance` alone. */
  readonly reward: RewardConfig;
  /** Share of prompts with the smallest reward variance that RL leaves out. */
  readonly promptVarianceQuantile: number;
  /** Demonstrations that the reward model scores for the SFT term of DPO and PPO; of the tasks that RL asks for, the better half is used. */
  readonly sftTermDemonstrations: number;
  readonly dpo: DpoConfig;
  /** The run without the SFT loss differs in `sftLossCoef` alone. */
  readonly ppo: PpoConfig;
  /** Ask the forgetting probes after every n-th iteration of PPO and after the last; only in the evaluation when absent. */
  readonly probeEvery?: number;
  readonly evaluation: EvaluationConfig;
}
