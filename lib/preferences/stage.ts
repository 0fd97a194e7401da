/** Stage 2 without people: a model answers prompts, simulated annotators compare the answers. */
import * as field from '../fields';
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

export const preferencesFields = {
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  samplesPerPrompt: field.integer('answers to every prompt; all pairs of them are compared', {
    default: 4,
    min: 2,
    source: 'ours; the paper has 2',
  }),
  temperature: field.number('of sampling', { default: 1, above: 0 }),
  maxNewTokens: field.integer('longer answers are cut off', { default: 128, min: 1, unit: 'tokens' }),
  maxPromptTokens: field.integer('longer prompts lose their beginning', {
    default: 512,
    min: 1,
    unit: 'tokens',
  }),
  annotators: field.integer('people on the panel', { default: 8, min: 1, source: 'ours' }),
  votesPerPair: field.integer('annotators who judge each pair', { default: 2, min: 1, source: 'ours' }),
  meanTemperature: field.number('mean noise of the panel, in units of utility', {
    default: 0.25,
    above: 0,
    source: 'ours',
  }),
  meanLengthBias: field.number('mean log-odds gained by 40 more characters', {
    default: 0.8,
    source: 'ours',
  }),
  meanTieThreshold: field.number('mean difference, in log-odds, up to which a pair is called a tie', {
    default: 0.5,
    min: 0,
    source: 'ours',
  }),
};

export type PreferencesConfig = field.ConfigOf<typeof preferencesFields>;

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
    const progress = startProgress('preferences', prompts.length * config.samplesPerPrompt, 'response');
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
