/** Configuration of an evaluation. */
import type { FieldTable } from '../config';

export interface EvaluationConfig {
  readonly seed: number;
  readonly samplesPerPrompt: number;
  readonly maxNewTokens: number;
  readonly maxPromptTokens: number;
  readonly temperature: number;
  readonly tieMargin: number;
  readonly resamples: number;
  readonly batchSize: number;
}

export const evaluationFields: FieldTable<EvaluationConfig> = {
  seed: { doc: 'seed of sampling and of the bootstrap', type: 'integer', default: 1, min: 0 },
  samplesPerPrompt: {
    doc: 'responses of each policy to each prompt',
    type: 'integer',
    default: 1,
    min: 1,
    source: 'ours',
  },
  maxNewTokens: {
    doc: 'longer responses are cut off',
    type: 'integer',
    default: 128,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  maxPromptTokens: {
    doc: 'longer prompts lose their beginning',
    type: 'integer',
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  },
  temperature: {
    doc: 'of sampling; the KL is the divergence of the policies at 1 only',
    type: 'number',
    default: 1,
    min: 0,
    exclusiveMin: true,
    source: 'ours',
  },
  tieMargin: {
    doc: 'qualities that differ by no more than this are a tie',
    type: 'number',
    default: 0,
    min: 0,
    source: 'ours',
  },
  resamples: {
    doc: 'bootstrap resamples behind each interval',
    type: 'integer',
    default: 1000,
    min: 100,
    source: 'ours',
  },
  batchSize: {
    doc: 'responses a forward pass when the KL is measured',
    type: 'integer',
    default: 32,
    min: 1,
    source: 'ours',
  },
};
