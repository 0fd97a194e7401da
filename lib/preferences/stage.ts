/** Stage 2 without people: a model answers prompts, simulated annotators compare the answers. */
import type { FieldTable } from '../config';
import { InputError } from '../errors';
import { writeJsonLines } from '../files';
import { jsonLines } from '../flow/formats';
import { defineStage, innerSlot, output, slot } from '../flow/stage';
import { sampleResponses } from '../model/sample';
import { createRng } from '../random';
import { startProgress } from '../train/progress';
import { chunk } from '../train/sampler';
import type { Comparison, PromptRecord, Rollout, Scorer } from '../types';
import { panel, simulateVotes } from './annotators';

export interface PreferencesConfig {
  readonly seed: number;
  readonly samplesPerPrompt: number;
  readonly temperature: number;
  readonly maxNewTokens: number;
  readonly maxPromptTokens: number;
  readonly annotators: number;
  readonly votesPerPair: number;
  readonly meanTemperature: number;
  readonly meanLengthBias: number;
  readonly meanTieThreshold: number;
}

export const preferencesFields: FieldTable<PreferencesConfig> = {
  seed: { doc: 'seed of every random number of the run', type: 'integer', default: 1, min: 0 },
  samplesPerPrompt: {
    doc: 'answers to every prompt; all pairs of them are compared',
    type: 'integer',
    default: 4,
    min: 2,
    source: 'ours; the paper has 2',
  },
  temperature: { doc: 'of sampling', type: 'number', default: 1, min: 0, exclusiveMin: true },
  maxNewTokens: { doc: 'longer answers are cut off', type: 'integer', default: 128, min: 1, unit: 'tokens' },
  maxPromptTokens: {
    doc: 'longer prompts lose their beginning',
    type: 'integer',
    default: 512,
    min: 1,
    unit: 'tokens',
  },
  annotators: { doc: 'people on the panel', type: 'integer', default: 8, min: 1, source: 'ours' },
  votesPerPair: {
    doc: 'annotators who judge each pair',
    type: 'integer',
    default: 2,
    min: 1,
    source: 'ours',
  },
  meanTemperature: {
    doc: 'mean noise of the panel, in units of utility',
    type: 'number',
    default: 0.25,
    min: 0,
    exclusiveMin: true,
    source: 'ours',
  },
  meanLengthBias: {
    doc: 'mean log-odds gained by 40 more characters',
    type: 'number',
    default: 0.8,
    source: 'ours',
  },
  meanTieThreshold: {
    doc: 'mean difference, in log-odds, up to which a pair is called a tie',
    type: 'number',
    default: 0.5,
    min: 0,
    source: 'ours',
  },
};

export const preferencesStage = defineStage({
  name: 'preferences',
  module: __filename,
  summary: '2  sample answers and let simulated annotators compare them',
  fields: preferencesFields,
  inputs: {
    model: slot('model', 'Hugging Face directory of the model that answers'),
    prompts: slot('prompts', 'file of prompts'),
    utility: innerSlot<Scorer>('hidden utility that annotators see through noise'),
  },
  outputs: {
    rollouts: output('rollouts.jsonl', jsonLines<Rollout>()),
    file: output('votes.jsonl', jsonLines<Comparison>()),
  },
  async run({ model, prompts, utility }, config: PreferencesConfig, run) {
    const rng = createRng(config.seed).fork('preferences');
    const progress = startProgress('sample', prompts.length * config.samplesPerPrompt, 'response');
    const rollouts = await sampleResponses(model, prompts, {
      samplesPerPrompt: config.samplesPerPrompt,
      temperature: config.temperature,
      maxNewTokens: config.maxNewTokens,
      maxPromptTokens: config.maxPromptTokens,
      rng: rng.fork('samples'),
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    const utilities = new Map<string, number>();
    (await utility(rollouts)).forEach((value, i) => {
      const { promptId, response } = rollouts[i] as (typeof rollouts)[number];
      utilities.set(JSON.stringify([promptId, response]), value);
    });
    const candidates = chunk(rollouts, config.samplesPerPrompt).map((samples, i) => ({
      record: prompts[i] as PromptRecord,
      candidates: samples.map(({ response, sample }) => ({
        responseId: `sample-${sample}`,
        text: response,
      })),
    }));
    const votes = simulateVotes(
      candidates,
      (promptId, text) => {
        const found = utilities.get(JSON.stringify([promptId, text]));
        if (found === undefined)
          throw new InputError(`preferences: no utility for an answer to prompt '${promptId}'`);
        return found;
      },
      panel(config.annotators, rng.fork('panel'), config),
      { votesPerPair: config.votesPerPair },
      rng.fork('votes'),
    );
    writeJsonLines(run.file('rollouts.jsonl'), rollouts);
    writeJsonLines(run.file('votes.jsonl'), votes);
    return { votes: votes.length };
  },
});
