/** Step 4, last: how good each reward model is. */
import { readJson, readJsonLines, writeJson } from '../files';
import { loadModel } from '../model/directory';
import { readPairs } from '../preferences/readers/open';
import { fitLengthResidual, lengthResidual } from '../reward/debias/length-residual';
import { scorePairs } from '../reward/scorecard/score-pairs';
import { rewardScorecard, type RewardScorecard, type ScoredPair } from '../reward/scorecard/scorecard';
import { bestOfN, type BestOfNPoint } from '../reward/scorecard/best-of-n';
import { rewardScorer } from '../reward/score';
import { splitPairs } from '../reward/split';
import { disposeTree } from '../tensor/pytree';
import { chunk } from '../train/sampler';
import type { PreferencePair, Rollout } from '../types';
import type { PipelineConfig } from './config';
import { rewardVariants, variantConfig, type RewardVariant } from './reward-variants';
import type { Step } from './run-steps';
import { pipelineWorld } from './world';

/** What `scorecards/<variant>.json` holds. */
export interface VariantScorecard extends RewardScorecard {
  readonly bestOfN: readonly BestOfNPoint[];
  /** Score, length, gold and task of every sampled answer: the points of the report's charts. */
  readonly responses: readonly {
    score: number;
    length: number;
    gold: number;
    promptId: string;
    task: string;
  }[];
}

/**
 * The plain model once more, with what length explains of its scores on held-out pairs subtracted: the simplest method, to
 * compare debiasing in training with.
 */
function residualScorecard(
  pairs: readonly ScoredPair[],
  heldOut: readonly PreferencePair[],
  responses: VariantScorecard['responses'],
): RewardScorecard {
  const fit = fitLengthResidual(
    pairs.flatMap((pair, i) => {
      const { promptId } = heldOut[i] as PreferencePair;
      return [
        { promptId, score: pair.chosenScore, length: pair.chosenLength },
        { promptId, score: pair.rejectedScore, length: pair.rejectedLength },
      ];
    }),
  );
  return rewardScorecard({
    pairs: pairs.map((pair) => ({
      ...pair,
      chosenScore: lengthResidual(fit, pair.chosenScore, pair.chosenLength),
      rejectedScore: lengthResidual(fit, pair.rejectedScore, pair.rejectedLength),
    })),
    responses: responses.map((row) => ({ ...row, score: lengthResidual(fit, row.score, row.length) })),
  });
}

/**
 * Scorecards of reward models on held-out labels and, with gold, on the SFT model's answers to the evaluation prompts; of the first one
 * also without its length residual.
 */
export function scorecardStep(
  config: PipelineConfig,
  out: (path: string) => string,
  variants: readonly RewardVariant[] = rewardVariants,
): Step {
  const { reward, sampling } = config;
  return {
    name: 'scorecards',
    module: __filename,
    config: { reward, sampling },
    inputs: [
      ...variants.map((variant) => `reward-${variant}/model`),
      'filter/pairs.jsonl',
      'filter/report.json',
      'best-of-n/rollouts.jsonl',
    ],
    async run(directory) {
      const world = pipelineWorld(config);
      const pairs = await readPairs(out('filter/pairs.jsonl'));
      const report = readJson<{ noiseCeiling: { label: number } | null }>(out('filter/report.json'));
      const rollouts = await readJsonLines<Rollout>(out('best-of-n/rollouts.jsonl'));
      for (const variant of variants) {
        const model = loadModel(out(`reward-${variant}/model`));
        const limits = {
          maxPromptTokens: reward.maxPromptTokens,
          maxResponseTokens: reward.maxResponseTokens,
        };
        const score = rewardScorer(model, { ...limits, batchSize: 64 });
        const { heldOut } = splitPairs(pairs, variantConfig(config, variant), model.tokenizer);
        const scored = await scorePairs(score, heldOut, (text) => model.tokenizer.encode(text).length);
        const scores = await score(rollouts);
        const responses = rollouts.map(({ promptId, task = 'other', response, responseTokens }, i) => ({
          score: scores[i] as number,
          length: responseTokens,
          gold: world.judge(promptId, response).utility,
          promptId,
          task,
        }));
        const answers = chunk(responses, sampling.samplesPerPrompt).map((rows) => ({
          proxy: rows.map((row) => row.score),
          gold: rows.map((row) => row.gold),
        }));
        const ns = Array.from({ length: sampling.samplesPerPrompt }, (_, i) => i + 1);
        const scorecard: VariantScorecard = {
          ...rewardScorecard({
            pairs: scored,
            responses,
            ...(report.noiseCeiling !== null && { noiseCeiling: report.noiseCeiling.label }),
          }),
          bestOfN: bestOfN(answers, ns),
          responses,
        };
        writeJson(directory.file(`${variant}.json`), scorecard);
        if (variant === variants[0])
          writeJson(directory.file('length-residual.json'), residualScorecard(scored, heldOut, responses));
        disposeTree(model.params);
      }
    },
  };
}
