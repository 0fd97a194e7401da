/** Stage 6 on models: every policy answers the prompts, a judge scores the answers, the policies are compared. */
import { InputError } from '../errors';
import { sampleResponses, type LanguageModel } from '../model/sample';
import { createRng } from '../random';
import { checkedScorer } from '../scorer';
import { startProgress } from '../train/progress';
import type { PromptRecord, Rollout, Scorer } from '../types';
import type { EvaluationConfig } from './config';
import { sequenceKl } from './kl';
import { evaluatePolicies, type PolicyResult } from './policies';

/** A rollout with what the evaluation found out about it: a line of `rollouts.jsonl`. */
export interface JudgedRollout extends Rollout {
  readonly policy: string;
  readonly quality: number;
  /** Log-ratio to the baseline, nats. */
  readonly kl: number;
}

export interface Evaluation {
  readonly policies: Readonly<Record<string, PolicyResult>>;
  /** Policy by policy, in the order given. */
  readonly rollouts: readonly JudgedRollout[];
}

/**
 * Evaluates models against one of them. All policies draw from the same stream of random numbers, so a policy equal to the
 * baseline gives the same answers.
 *
 * @param models by name.
 * @param baseline name of the one that the others are compared with.
 * @param prompts those that stand there twice are asked once.
 * @param judge gives every answer its quality.
 * @throws {InputError} for an unknown baseline, no prompts, two different prompts of one id, or a verdict that is not finite.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const models = { sft: kit.loadModel('runs/start/sft/model'), dpo: kit.loadModel('runs/start/dpo/model') };
 * const prompts = await kit.readPrompts('runs/start/world/evaluate.jsonl');
 * const config = kit.parseConfig('evaluate', kit.evaluationFields, { maxNewTokens: 64 });
 * const judge = kit.goldJudge(kit.createWorld(1));
 * const { policies } = await kit.evaluateModels(models, 'sft', prompts, judge, config);
 * console.log(policies['dpo']?.winMinusLoss, policies['dpo']?.winMinusLossCi);
 * ```
 */
export async function evaluateModels(
  models: Readonly<Record<string, LanguageModel>>,
  baseline: string,
  prompts: readonly PromptRecord[],
  judge: Scorer,
  config: EvaluationConfig,
): Promise<Evaluation> {
  const reference = models[baseline];
  if (reference === undefined) {
    throw new InputError(
      `evaluate: the baseline '${baseline}' is not among the policies (${Object.keys(models).join(', ')})`,
    );
  }
  const asked = distinct(prompts);
  const rng = createRng(config.seed).fork('evaluation');
  const rollouts: JudgedRollout[] = [];
  for (const [policy, model] of Object.entries(models)) {
    const progress = startProgress(`evaluate: ${policy}`, asked.length * config.samplesPerPrompt, 'response');
    const sampled = await sampleResponses(model, asked, {
      samplesPerPrompt: config.samplesPerPrompt,
      maxNewTokens: config.maxNewTokens,
      maxPromptTokens: config.maxPromptTokens,
      temperature: config.temperature,
      rng: rng.fork('samples'),
      onProgress: (done) => progress.update(done),
    });
    progress.stop();
    const qualities = await checkedScorer(`evaluate ${policy}: the judge`, judge)(sampled);
    const kls = sequenceKl(model, reference, sampled, {
      maxPromptTokens: config.maxPromptTokens,
      // One more than was sampled: an answer read as text may take other tokens, and its end counts too.
      maxResponseTokens: config.maxNewTokens + 1,
      temperature: config.temperature,
      batchSize: config.batchSize,
    });
    sampled.forEach((rollout, i) => {
      rollouts.push({ ...rollout, policy, quality: qualities[i] as number, kl: kls[i] as number });
    });
  }
  const byPolicy = Object.keys(models).map((policy) => {
    const responses = rollouts.filter((rollout) => rollout.policy === policy);
    return [policy, { responses, kls: responses.map(({ kl }) => kl) }] as const;
  });
  const policies = evaluatePolicies(Object.fromEntries(byPolicy), {
    baseline,
    tieMargin: config.tieMargin,
    resamples: config.resamples,
    rng,
  });
  return { policies, rollouts };
}

/** Each prompt once. */
function distinct(prompts: readonly PromptRecord[]): PromptRecord[] {
  const seen = new Map<string, PromptRecord>();
  for (const record of prompts) {
    const first = seen.get(record.promptId);
    if (first === undefined) seen.set(record.promptId, record);
    else if (JSON.stringify(first.prompt) !== JSON.stringify(record.prompt))
      throw new InputError(`evaluate: two different prompts have the id '${record.promptId}'`);
  }
  if (seen.size === 0) throw new InputError('evaluate: there are no prompts');
  return [...seen.values()];
}
