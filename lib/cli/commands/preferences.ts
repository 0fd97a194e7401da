/** `rlhf-kit preferences`: stage 2 without people. A model answers prompts, simulated annotators compare the answers. */
import type { FieldTable } from '../../config';
import { InputError } from '../../errors';
import { writeJsonLines } from '../../files';
import { loadModel } from '../../model/directory';
import { sampleResponses } from '../../model/sample';
import { panel, simulateVotes } from '../../preferences/annotators';
import { readPrompts } from '../../preferences/readers/open';
import { createRng } from '../../random';
import { runFields, type RunConfig } from '../../train/fields';
import { startProgress } from '../../train/progress';
import { chunk } from '../../train/sampler';
import type { PromptRecord } from '../../types';
import { defineCommand } from '../command';
import { resolveScorer } from '../scorers';
import { runStage } from '../stage';

interface PreferencesConfig extends RunConfig {
  readonly model: string;
  readonly prompts: string;
  readonly utility: string;
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

const fields: FieldTable<PreferencesConfig> = {
  model: { doc: 'Hugging Face directory of the model that answers', type: 'path' },
  prompts: { doc: 'file of prompts', type: 'path' },
  utility: {
    doc: 'hidden utility that annotators see through noise: a reward-model directory, vader, or a module',
    type: 'string',
  },
  ...runFields,
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

export const preferencesCommand = defineCommand<PreferencesConfig>({
  name: 'preferences',
  summary: '2  sample answers and let simulated annotators compare them',
  fields,
  run: (config) =>
    runStage('preferences', config, [config.model, config.prompts], async (run) => {
      const model = loadModel(config.model);
      const prompts = await readPrompts(config.prompts);
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
      const score = await resolveScorer(config.utility);
      const utilities = new Map<string, number>();
      const scores = await score(rollouts);
      rollouts.forEach(({ promptId, response }, i) =>
        utilities.set(JSON.stringify([promptId, response]), scores[i] as number),
      );
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
          const utility = utilities.get(JSON.stringify([promptId, text]));
          if (utility === undefined)
            throw new InputError(`preferences: no utility for an answer to prompt '${promptId}'`);
          return utility;
        },
        panel(config.annotators, rng.fork('panel'), config),
        { votesPerPair: config.votesPerPair },
        rng.fork('votes'),
      );
      writeJsonLines(run.file('rollouts.jsonl'), rollouts);
      writeJsonLines(run.file('votes.jsonl'), votes);
      return { votes: votes.length, file: run.file('votes.jsonl') };
    }),
});
