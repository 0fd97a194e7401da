/** Which answers a report sets side by side. */
import { groupBy } from '../group-by';
import { byPrompt } from './judged';
import type { JudgedRollout } from './evaluator';
import type { SampleComparison } from './report/report-data';

/** A judged rollout, with the reward model's score where there is one. */
type Answer = JudgedRollout & { readonly proxy?: number };

/**
 * The first answer of every policy to some of the prompts: as many of each language, in turn and by tag. Prompts keep their order within a language.
 *
 * @param count how many prompts.
 */
export function sideBySide(rollouts: readonly Answer[], count: number): SampleComparison[] {
  const prompts = [...byPrompt(rollouts.filter(({ sample }) => sample === 0)).values()];
  const byLanguage = [...groupBy(prompts, ([first]) => first?.language ?? '')]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, ofLanguage]) => ofLanguage);
  const longest = Math.max(0, ...byLanguage.map(({ length }) => length));
  const inTurn = Array.from({ length: longest }, (_, i) =>
    byLanguage.flatMap((ofLanguage) => (i < ofLanguage.length ? [ofLanguage[i] as Answer[]] : [])),
  ).flat();
  return inTurn.slice(0, count).map(comparison);
}

function comparison(answers: readonly Answer[]): SampleComparison {
  const { prompt, task, language } = answers[0] as Answer;
  return {
    prompt,
    ...(task !== undefined && { task }),
    ...(language !== undefined && { language }),
    answers: answers.map(({ policy, response, quality, proxy, responseTokens, finished }) => ({
      policy,
      text: response,
      quality,
      ...(proxy !== undefined && { proxy }),
      tokens: responseTokens,
      finished,
    })),
  };
}
