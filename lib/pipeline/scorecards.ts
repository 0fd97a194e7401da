/** Stage 4, last: how good each reward model is. */
import { writeJson } from '../files';
import type { FilterReport } from '../filter/report';
import { defineStage, innerSlot } from '../flow/stage';
import type { Model } from '../model/directory';
import type { RewardConfig } from '../reward/config';
import { fitLengthResidual, lengthResidual } from '../reward/debias/length-residual';
import { rewardScorer } from '../reward/score';
import { bestOfN, type BestOfNPoint } from '../reward/scorecard/best-of-n';
import { scorePairs } from '../reward/scorecard/score-pairs';
import { rewardScorecard, type RewardScorecard, type ScoredPair } from '../reward/scorecard/scorecard';
import { splitPairs } from '../reward/split';
import { chunk } from '../train/sampler';
import type { PreferencePair, Rollout } from '../types';
import { scorerLimits } from './scorer';
import { pipelineWorld, type WorldChoice } from './world';

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

export interface ScorecardsConfig extends WorldChoice {
  /** Configurations that the models were trained with, by the models' names: they decide what was held out. */
  readonly rewards: Readonly<Record<string, RewardConfig>>;
  readonly samplesPerPrompt: number;
}

/**
 * Scorecards of reward models, `<name>.json`, on held-out labels and, with gold, on answers to the evaluation prompts; of the first one also
 * without its length residual.
 */
export const scorecardsStage = defineStage({
  name: 'scorecards',
  module: __filename,
  inputs: {
    models: innerSlot<Readonly<Record<string, Model>>>('reward models by name'),
    pairs: innerSlot<readonly PreferencePair[]>('the pairs that they learnt from, those held out included'),
    report: innerSlot<FilterReport>('the report of the filter'),
    rollouts: innerSlot<readonly Rollout[]>('answers, all of a prompt one after another'),
  },
  outputs: {},
  async run({ models, pairs, report, rollouts }, config: ScorecardsConfig, run) {
    const { samplesPerPrompt, rewards } = config;
    const world = pipelineWorld(config);
    for (const [name, model] of Object.entries(models)) {
      const reward = rewards[name] as RewardConfig;
      const score = rewardScorer(model, { ...scorerLimits(reward), batchSize: 64 });
      const { heldOut } = splitPairs(pairs, reward, model.tokenizer);
      const scored = await scorePairs(score, heldOut, (text) => model.tokenizer.encode(text).length);
      const scores = await score(rollouts);
      const responses = rollouts.map(({ promptId, task = 'other', response, responseTokens }, i) => ({
        score: scores[i] as number,
        length: responseTokens,
        gold: world.judge(promptId, response).gold,
        promptId,
        task,
      }));
      const answers = chunk(responses, samplesPerPrompt).map((rows) => ({
        proxy: rows.map((row) => row.score),
        gold: rows.map((row) => row.gold),
      }));
      const ns = Array.from({ length: samplesPerPrompt }, (_, i) => i + 1);
      const scorecard: VariantScorecard = {
        ...rewardScorecard({
          pairs: scored,
          responses,
          ...(report.noiseCeiling !== null && { noiseCeiling: report.noiseCeiling.label }),
        }),
        bestOfN: bestOfN(answers, ns),
        responses,
      };
      writeJson(run.file(`${name}.json`), scorecard);
      if (name === Object.keys(models)[0])
        writeJson(run.file('length-residual.json'), residualScorecard(scored, heldOut, responses));
    }
  },
});
