/** Step 0: the embedded world's records as files, a tokenizer trained on them, and an untrained model. */
import { createWorld, type World } from '../../datasets/dialogues';
import { writeJsonLines } from '../files';
import { saveModel } from '../model/directory';
import { initParams } from '../model/params';
import { createRng } from '../random';
import { ruleScorer } from '../scorer';
import { disposeTree } from '../tensor/pytree';
import { createTokenizer } from '../tokenizer/tokenizer';
import { trainByteLevelBpe } from '../tokenizer/train-bpe';
import type { Demonstration, Scorer } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';

/** Demonstrations that the tokenizer is trained on: more change nothing in so small a language. */
const tokenizerRows = 2000;

/** The world of a pipeline run. */
export function pipelineWorld({ seed, world: { language, maxTurns } }: PipelineConfig): World {
  return createWorld(seed, {
    ...(language !== undefined && { language }),
    ...(maxTurns !== undefined && { maxTurns }),
  });
}

/** The world's truth as a judge: the utility of every response. */
export function goldJudge(world: World): Scorer {
  return ruleScorer(({ promptId, response }) => world.judge(promptId, response).utility);
}

export function worldStep(config: PipelineConfig): Step {
  const { world: sizes, model, seed } = config;
  return {
    name: 'world',
    config: { seed, ...sizes, ...model },
    inputs: [],
    async run(directory) {
      const world = pipelineWorld(config);
      const demonstrations = world.demonstrations(sizes.demonstrations);
      writeJsonLines(directory.file('demonstrations.jsonl'), demonstrations);
      const prompts = {
        annotate: sizes.annotatePrompts,
        reinforce: sizes.reinforcePrompts,
        evaluate: sizes.evaluatePrompts,
        probe: sizes.probePrompts,
      } as const;
      for (const [split, count] of Object.entries(prompts) as [keyof typeof prompts, number][]) {
        writeJsonLines(directory.file(`${split}.jsonl`), world.prompts(split, count));
      }
      const tokenizer = createTokenizer(
        trainByteLevelBpe(textsOf(demonstrations.slice(0, tokenizerRows)), { vocabSize: sizes.vocabSize }),
      );
      const modelConfig = {
        ...model,
        vocabSize: tokenizer.vocabSize,
        rmsNormEps: 1e-5,
        ropeTheta: 10000,
        tieWordEmbeddings: true,
        eosTokenId: tokenizer.eosTokenId,
        padTokenId: tokenizer.padTokenId,
        ...(tokenizer.bosTokenId !== undefined && { bosTokenId: tokenizer.bosTokenId }),
      };
      const params = initParams(modelConfig, createRng(seed).fork('init'));
      saveModel(directory.file('model'), { params, config: modelConfig, tokenizer });
      const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
      disposeTree(params);
      return { vocabSize: tokenizer.vocabSize, parameters };
    },
  };
}

function textsOf(demonstrations: readonly Demonstration[]): string[] {
  return demonstrations.flatMap(({ prompt, response }) => [
    ...(typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content)),
    response,
  ]);
}
