/** Stage 0: the embedded world's records as files, a tokenizer trained on them, and an untrained model. */
import { createWorld, type World, type WorldPart } from '../../datasets/dialogues';
import { writeJsonLines } from '../files';
import { jsonLines, modelFolder } from '../flow/formats';
import { defineStage, output } from '../flow/stage';
import { saveModel } from '../model/directory';
import { initParams } from '../model/params';
import { createRng } from '../random';
import { ruleScorer } from '../scorer';
import { disposeTree } from '../tensor/pytree';
import { createTokenizer } from '../tokenizer/tokenizer';
import { trainByteLevelBpe } from '../tokenizer/train-bpe';
import type { Demonstration, PromptRecord, Scorer } from '../types';
import type { PipelineConfig } from './config';
import { tokenizerFolder } from './formats';

/** Demonstrations that the tokenizer is trained on: more change nothing in so small a language. */
const tokenizerRows = 2000;

/** The world of a pipeline run. */
export function pipelineWorld({ seed, world: { language, maxTurns } }: WorldChoice): World {
  return createWorld(seed, {
    ...(language !== undefined && { language }),
    ...(maxTurns !== undefined && { maxTurns }),
  });
}

/**
 * The world's gold judge: gold of every response.
 *
 * @example
 * ```ts
 * import { createWorld, goldJudge } from 'rlhf-kit';
 *
 * const world = createWorld(1);
 * const answers = world.prompts('evaluate', 3).map((record) => ({ ...record, response: 'I do not know.' }));
 * console.log(await goldJudge(world)(answers)); // three numbers
 * ```
 */
export function goldJudge(world: World): Scorer {
  return ruleScorer(({ promptId, response }) => world.judge(promptId, response).gold);
}

/** Which world a stage asks: its seed, and the part of it that is used. */
export interface WorldChoice {
  readonly seed: number;
  readonly world: WorldPart;
}

/** The part of a configuration that decides which world it is, without the sizes of what is drawn from it. */
export function worldChoice({ seed, world: { language, maxTurns } }: WorldChoice): WorldChoice {
  return {
    seed,
    world: { ...(language !== undefined && { language }), ...(maxTurns !== undefined && { maxTurns }) },
  };
}

type WorldConfig = Pick<PipelineConfig, 'seed'> & PipelineConfig['world'] & PipelineConfig['model'];

export const worldStage = defineStage({
  name: 'world',
  module: __filename,
  inputs: {},
  outputs: {
    model: output('model', modelFolder),
    tokenizer: output('model', tokenizerFolder),
    demonstrations: output('demonstrations.jsonl', jsonLines<Demonstration>()),
    annotate: output('annotate.jsonl', jsonLines<PromptRecord>()),
    reinforce: output('reinforce.jsonl', jsonLines<PromptRecord>()),
    evaluate: output('evaluate.jsonl', jsonLines<PromptRecord>()),
    probe: output('probe.jsonl', jsonLines<PromptRecord>()),
  },
  run(_, config: WorldConfig, run) {
    const { seed } = config;
    const world = pipelineWorld({ seed, world: config });
    const demonstrations = world.demonstrations(config.demonstrations);
    writeJsonLines(run.file('demonstrations.jsonl'), demonstrations);
    const prompts = {
      annotate: config.annotatePrompts,
      reinforce: config.reinforcePrompts,
      evaluate: config.evaluatePrompts,
      probe: config.probePrompts,
    } as const;
    for (const [split, count] of Object.entries(prompts) as [keyof typeof prompts, number][]) {
      writeJsonLines(run.file(`${split}.jsonl`), world.prompts(split, count));
    }
    const tokenizer = createTokenizer(
      trainByteLevelBpe(textsOf(demonstrations.slice(0, tokenizerRows)), { vocabSize: config.vocabSize }),
    );
    const modelConfig = {
      hiddenSize: config.hiddenSize,
      intermediateSize: config.intermediateSize,
      numHiddenLayers: config.numHiddenLayers,
      numAttentionHeads: config.numAttentionHeads,
      numKeyValueHeads: config.numKeyValueHeads,
      headDim: config.headDim,
      maxPositionEmbeddings: config.maxPositionEmbeddings,
      vocabSize: tokenizer.vocabSize,
      rmsNormEps: 1e-5,
      ropeTheta: 10000,
      tieWordEmbeddings: true,
      eosTokenId: tokenizer.eosTokenId,
      padTokenId: tokenizer.padTokenId,
      ...(tokenizer.bosTokenId !== undefined && { bosTokenId: tokenizer.bosTokenId }),
    };
    const params = initParams(modelConfig, createRng(seed).fork('init'));
    saveModel(run.file('model'), { params, config: modelConfig, tokenizer });
    const parameters = Object.values(params).reduce((sum, { size }) => sum + size, 0);
    disposeTree(params);
    return Promise.resolve({ vocabSize: tokenizer.vocabSize, parameters });
  },
});

function textsOf(demonstrations: readonly Demonstration[]): string[] {
  return demonstrations.flatMap(({ prompt, response }) => [
    ...(typeof prompt === 'string' ? [prompt] : prompt.map(({ content }) => content)),
    response,
  ]);
}
