/** Configuration of an evaluation. */
import * as field from '../fields';

export const evaluationFields = {
  seed: field.integer('seed of sampling and of the bootstrap', { default: 1, min: 0 }),
  samplesPerPrompt: field.integer('responses of each policy to each prompt', {
    default: 1,
    min: 1,
    source: 'ours',
  }),
  maxNewTokens: field.integer('longer responses are cut off', {
    default: 128,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  maxPromptTokens: field.integer('longer prompts lose their beginning', {
    default: 512,
    min: 1,
    unit: 'tokens',
    source: 'ours',
  }),
  temperature: field.number('of sampling; the KL is the divergence of the policies at 1 only', {
    default: 1,
    above: 0,
    source: 'ours',
  }),
  tieMargin: field.number('qualities that differ by no more than this are a tie', {
    default: 0,
    min: 0,
    source: 'ours',
  }),
  resamples: field.integer('bootstrap resamples behind each interval', {
    default: 1000,
    min: 100,
    source: 'ours',
  }),
  batchSize: field.integer('responses a forward pass when the KL is measured', {
    default: 32,
    min: 1,
    source: 'ours',
  }),
};

export type EvaluationConfig = field.ConfigOf<typeof evaluationFields>;
