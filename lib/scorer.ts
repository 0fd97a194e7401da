/** Scorers held to their contract: a finite number for every response. A null that counts as 0 would train a policy on nonsense. */
import { errorMessage, InputError } from './errors';
import type { PromptRecord, Scorer, ScorerInput, Scores, ScoresInParts } from './types';

/**
 * A scorer whose every score is checked.
 *
 * @param name beginning of error messages, e.g. `ppo: scorer jsonIsValid`.
 * @throws {InputError} (the scorer that is returned) naming the response when its score is anything but a finite number, and when the
 * given scorer throws.
 */
export function checkedScorer(name: string, scorer: Scorer): Scorer {
  const checked = async (inputs: readonly ScorerInput[]): Promise<Scores> => {
    const scores = await answer(name, inputs, () => scorer(inputs));
    return checkScores(name, 'score', inputs, scores);
  };
  const { inParts } = scorer;
  if (inParts === undefined) return checked;
  return Object.assign(checked, {
    inParts: async (inputs: readonly ScorerInput[]): Promise<ScoresInParts> => {
      const { scores, parts } = await answer(name, inputs, () => inParts(inputs));
      checkScores(name, 'score', inputs, scores);
      for (const [part, values] of Object.entries(parts)) checkScores(name, `part '${part}'`, inputs, values);
      return { scores, parts };
    },
  });
}

/**
 * A scorer from a rule on one response.
 *
 * @throws {InputError} (the scorer that is returned) naming the response that the rule throws on.
 *
 * @example
 * ```ts
 * import { ruleScorer } from 'rlhf-kit';
 *
 * const isRight = ruleScorer(({ response, referenceAnswer }) => Number(response === referenceAnswer));
 * const asked = { promptId: 'p1', prompt: 'What is 2 + 2?', referenceAnswer: '4' };
 * console.log(await isRight([{ ...asked, response: '4' }])); // [ 1 ]
 * ```
 */
export function ruleScorer(rule: (input: ScorerInput) => number): Scorer {
  const scorer: Scorer = (inputs) =>
    Promise.all(
      inputs.map(async (input, i) => {
        try {
          return rule(input);
        } catch (error) {
          throw new InputError(
            `scorer ${rule.name || 'rule'} failed on ${where(inputs, i)}: ${oneLine(error)}`,
          );
        }
      }),
    );
  return Object.defineProperty(scorer, 'name', { value: rule.name });
}

/** What a record says of its prompt, without the rest of it. */
export function promptRecordOf(record: PromptRecord): PromptRecord {
  const { promptId, task, language, prompt, referenceAnswer, metadata } = record;
  return {
    promptId,
    ...(task !== undefined && { task }),
    ...(language !== undefined && { language }),
    prompt,
    ...(referenceAnswer !== undefined && { referenceAnswer }),
    ...(metadata !== undefined && { metadata }),
  };
}

/** `ppo: scorer jsonIsValid`, or `ppo: the scorer` for a function without a name. */
export function scorerName(stage: string, scorer: Scorer): string {
  return `${stage}: ${scorer.name === '' || scorer.name === 'scorer' ? 'the scorer' : `scorer ${scorer.name}`}`;
}

async function answer<T>(name: string, inputs: readonly ScorerInput[], ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof InputError) throw error;
    const which = inputs.length === 1 ? where(inputs, 0) : `${where(inputs, 0)} to ${inputs.length}`;
    throw new InputError(`${name} failed on ${which}: ${oneLine(error)}`);
  }
}

function checkScores(name: string, what: string, inputs: readonly ScorerInput[], scores: unknown): Scores {
  if (!isList(scores)) {
    throw new InputError(`${name} must give a list of ${inputs.length} numbers, got ${describe(scores)}`);
  }
  for (let i = 0; i < inputs.length; i++) {
    const score: unknown = scores[i];
    if (typeof score === 'number' && Number.isFinite(score)) continue;
    throw new InputError(
      `${name}: the ${what} of ${where(inputs, i)} must be a finite number, got ${describe(score)}`,
    );
  }
  if (scores.length > inputs.length) {
    throw new InputError(
      `${name} must give one ${what} per response, got ${scores.length} for ${inputs.length}`,
    );
  }
  return scores as Scores;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && 'length' in value);
}

function where(inputs: readonly ScorerInput[], i: number): string {
  return `response ${i + 1} (prompt '${inputs[i]?.promptId}')`;
}

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

function oneLine(error: unknown): string {
  return errorMessage(error).replace(/\s*\n\s*/g, ' ');
}
