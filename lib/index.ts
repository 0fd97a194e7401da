/** rlhf-kit's public interface, in the order of the pipeline. */

// Records, errors, random streams, configurations
export type * from './types';
export { InputError, InterruptedError, ShapeError } from './errors';
export { createRng, type Rng } from './random';
export { jsonSchemaOf, parseConfig } from './config';
export * as field from './fields';
export { readJson, readJsonLines, writeJsonLines } from './files';
export { wilsonInterval, type Interval } from './intervals';
export { checkedScorer, ruleScorer } from './scorer';

// Engines
export { BackendUnavailableError, engineNames, jit, useEngine, type EngineName } from './backend';
export { barrier, dynamicUpdateSlice, loop, rngBits, stopGradient } from './backend';

// Tokenizers and models
export { createTokenizer, loadTokenizer, type Tokenizer } from './tokenizer/tokenizer';
export { trainByteLevelBpe } from './tokenizer/train-bpe';
export { convertGguf, readGgufModel } from './model/gguf/read';
export { exportGguf } from './model/gguf/export';
export {
  parseModelConfig,
  toHfConfig,
  type ModelConfig,
  type ModelKind,
  type ScoreCriterion,
} from './model/config';
export type { Rotary, Variant } from './model/variant';
export type { LinearScaling, Llama3Scaling, RopeScaling, YarnScaling } from './model/rope';
export { loadModel, loadWeights, saveModel, type Model } from './model/directory';
export { addAdapter, mergeAdapter } from './model/lora/adapter';
export type { Lora, LoraOptions } from './model/lora/config';
export { initParams, type Params } from './model/params';
export { hiddenStates } from './model/transformer';
export { lmLogits, scores, values } from './model/heads';
export { generate, type Generated, type GenerateOptions } from './model/generate';
export { sampleResponses, type LanguageModel, type SampleOptions } from './model/sample';

// Training
export { openRunDirectory, type RunDirectory } from './train/run-directory';
export type { Metrics, MetricsRow } from './train/metrics';

// Flows of stages
export { defineStage, innerSlot, optional, output, slot, type Stage } from './flow/stage';
export { jsonFile, jsonLines, modelFolder, type Format } from './flow/formats';
export { derivedInput, givenInput, recordInput, type Handle, type Input } from './flow/input';
export { createFlow, type Flow, type FlowNode } from './flow/flow';
export { runFlow } from './flow/run';
export { openStore } from './flow/store';

// 1  Supervised fine-tuning
export { sftStage } from './sft/stage';
export { sftFields, type SftConfig } from './sft/config';
export { trainSft } from './sft/trainer';

// 2  Preferences
export { panel, simulateVotes, type AnnotatorProfile } from './preferences/annotators';
export {
  readComparisons,
  readDemonstrations,
  readPairs,
  readPrompts,
  streamComparisons,
  streamPairs,
} from './preferences/readers/open';
export { writePairs } from './preferences/pairs';

// 3  Filter
export { filterPairs, filterVotes } from './filter/chain';
export { filterFields, type FilterConfig } from './filter/config';
export type { FilterReport } from './filter/report';
export { preferenceGraphs, type PreferenceGraph } from './filter/preference-graph';
export { longerPreferredByDifference, pairStatistics } from './filter/statistics';

// 4  Reward model
export { rewardFields, type RewardConfig } from './reward/config';
export { rewardLoss } from './reward/pair-loss';
export { rewardScorer } from './reward/score';
export { ensembleScorer } from './reward/ensemble';
export { configuredCriteria, rewardModelConfig, weighCriteria } from './reward/criteria';
export { splitPairs } from './reward/split';
export { trainReward } from './reward/trainer';
export { rewardStage } from './reward/stage';
export { balanceLengths, type LengthBalanceAccount } from './reward/debias/bucket-balance';
export { lengthOnlyAccuracy } from './reward/debias/length-only';
export { adaptLengthSlope, lengthCovariateMetrics } from './reward/debias/length-covariate';
export { fitLengthResidual, lengthResidualScorer } from './reward/debias/length-residual';
export { scorePairs } from './reward/scorecard/score-pairs';
export { rewardScorecard, type RewardScorecard } from './reward/scorecard/scorecard';
export { criterionScorecards } from './reward/scorecard/criteria';
export { bestOfN } from './reward/scorecard/best-of-n';

// 5  Policies
export { selectByVariance, type PromptSelection } from './policy/prompts/variance';
export { dpoFields, type DpoConfig } from './policy/dpo/config';
export { dpoLoss } from './policy/dpo/pair-loss';
export { pairsFromSamples, type ScoredRollout } from './policy/dpo/pairs';
export { trainDpo } from './policy/dpo/trainer';
export { dpoStage } from './policy/dpo/stage';
export { ppoFields, type PpoConfig } from './policy/ppo/config';
export { gae, tokenRewards } from './policy/ppo/advantage';
export { ppoPolicyLoss, ppoValueLoss } from './policy/ppo/token-loss';
export { ppo, trainPpo } from './policy/ppo/trainer';
export { ppoStage } from './policy/ppo/stage';
export { grpoFields, type GrpoConfig } from './policy/grpo/config';
export { grpoAdvantages } from './policy/grpo/advantage';
export { grpoLoss, tokenWeight } from './policy/grpo/token-loss';
export { grpo, trainGrpo } from './policy/grpo/trainer';
export { grpoStage } from './policy/grpo/stage';
export { rlooFields, type RlooConfig } from './policy/rloo/config';
export { rlooAdvantages } from './policy/rloo/advantage';
export { rlooLoss } from './policy/rloo/response-loss';
export { responseReward } from './policy/rloo/reward';
export { rloo, trainRloo } from './policy/rloo/trainer';
export { rlooStage } from './policy/rloo/stage';
export { groupRewards } from './policy/groups';
export { trainSampled, type Iteration, type SampledAlgorithm, type SampledInputs } from './policy/sampled';
export type { PolicySample } from './policy/samples';

// 6  Evaluation
export { evaluateModels } from './evaluation/evaluator';
export { evaluationFields, type EvaluationConfig } from './evaluation/config';
export { winRate, matches } from './evaluation/win-rate';
export { frontierByStep, pointAt } from './evaluation/frontier';
export { probePassRates } from './probes/pass-rates';
export { answerProbes, type Probe } from './probes/probes';
export { builtInProbes, builtInProbeSets } from './probes/built-in';
export { readProbes, readTexts } from './probes/read';
export { perplexity } from './probes/perplexity';
export { forgettingMetrics, type ForgettingChecks } from './probes/forgetting';
export { renderReport } from './evaluation/report/report';
export type { ReportData } from './evaluation/report/report-data';

// All stages
export { runPipeline } from './pipeline/pipeline';
export { pipelinePresets } from './pipeline/presets';
export type { PipelineConfig } from './pipeline/config';
export { openStages, type Stages } from './pipeline/stages';
export { askProbes } from './pipeline/probes';
export type { VariantScorecard } from './pipeline/scorecards';
export { goldJudge, pipelineWorld } from './pipeline/world';
export { createWorld, type World } from '../datasets/dialogues';
export type { PipelineSummary } from './evaluation/summary';

// Ablations
export { readExperiment, type Claim, type ExperimentConfig } from './experiment/config';
export { experimentFolder, experimentNames, openExperiment, openExperiments } from './experiment/open';
export type { Experiment } from './experiment/experiment';
export { readResults, type ResultRow } from './experiment/results';
export { runExperiment } from './experiment/run';
export { compareConditions, estimateMean, holm } from './experiment/statistics/compare-conditions';
export { judgeClaims } from './experiment/statistics/verdict';
export { claimRows, resultRows } from './experiment/findings/frames';
export { experimentCharts } from './experiment/findings/charts/experiment-charts';

// Notebooks
export { describe, readMetrics, readTable, toArquero, toDanfo, type Frame } from './notebook/frames';
export { show } from './notebook/show';
export { lastTurn, showAnswers } from './notebook/answers';
export {
  annotatorRow,
  courseRow,
  policyRow,
  preferenceRow,
  probeRow,
  scorecardRow,
  voteRow,
} from './notebook/rows';
export { shownName } from './shown-names';
export { plot } from './notebook/plot';
export * as charts from './notebook/charts';
export { progress } from './notebook/progress';
export { scratchFolder, scratchRun } from './notebook/scratch-run';
export { sharedFile } from './notebook/shared-files';
