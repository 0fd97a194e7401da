/** Samples that a policy gave while it was trained: what evaluation later draws the reward–KL frontier from. */
import { appendFileSync, existsSync } from 'node:fs';
import { readText, writeFileAtomically } from '../files';
import type { Prompt, ScoresInParts } from '../types';
import { logRatios, type PolicyRollout } from './rollout';

/** A line of `samples.jsonl`. */
export interface PolicySample {
  readonly step: number;
  readonly promptId: string;
  readonly task?: string;
  readonly prompt: Prompt;
  readonly response: string;
  readonly finished: boolean;
  readonly responseTokens: number;
  /** By the scorer that trains the policy; absent without one. */
  readonly score?: number;
  /** What the score is made of, where the scorer tells. */
  readonly scoreParts?: Readonly<Record<string, number>>;
  /** Σ log π − log π_ref over the response, nats. */
  readonly kl: number;
}

/**
 * Opens the samples file of a run.
 *
 * @param keepUntil samples of later steps are removed: a resumed run draws them again.
 * @returns a function that appends the samples of one step.
 */
export function openSamples(path: string, keepUntil: number): (samples: readonly PolicySample[]) => void {
  if (existsSync(path)) {
    const text = readText(path);
    // A kill may have cut the last line short.
    const lines = text.slice(0, text.lastIndexOf('\n') + 1).split('\n');
    const kept = lines.filter((line) => line !== '' && (JSON.parse(line) as PolicySample).step <= keepUntil);
    writeFileAtomically(
      path,
      kept.map((line) => `${line}\n`),
    );
  }
  return (samples) => appendFileSync(path, samples.map((sample) => `${JSON.stringify(sample)}\n`).join(''));
}

/** The lines that the rollouts of one iteration give. */
export function rolloutSamples(
  step: number,
  rollouts: readonly PolicyRollout[],
  scores: ScoresInParts,
): PolicySample[] {
  return rollouts.map((rollout, i) => {
    const { record, response, finished, responseTokens } = rollout;
    return {
      step,
      promptId: record.promptId,
      ...(record.task !== undefined && { task: record.task }),
      prompt: record.prompt,
      response,
      finished,
      responseTokens: responseTokens.length,
      ...sampleScore(scores, i),
      kl: logRatios(rollout).reduce((sum, ratio) => sum + ratio, 0),
    };
  });
}

/** What is said of the score of response `i`. */
export function sampleScore(
  { scores, parts }: ScoresInParts,
  i: number,
): Required<Pick<PolicySample, 'score'>> & Pick<PolicySample, 'scoreParts'> {
  const own = Object.entries(parts).map(([name, values]) => [name, values[i] as number]);
  return {
    score: scores[i] as number,
    ...(own.length > 0 && { scoreParts: Object.fromEntries(own) as Record<string, number> }),
  };
}
