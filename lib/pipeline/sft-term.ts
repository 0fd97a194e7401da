/** Stage 5, second: the demonstrations that policies are held to by the SFT term of their loss. */
import { writeJsonLines } from '../files';
import { jsonLines } from '../flow/formats';
import { defineStage, output, slot } from '../flow/stage';
import type { Demonstration } from '../types';

export interface SftTermConfig {
  /** How many of the first demonstrations are scored. */
  readonly sftTermDemonstrations: number;
}

/**
 * What the SFT term of DPO and PPO learns from: of the first demonstrations, in each task that RL asks for, those that the
 * reward model scores at or above the median. The others are in part what RL is to take out; a term that learns them pulls
 * the policy back. Of other tasks the reward model knows nothing, and all are kept.
 */
export const sftTermStage = defineStage({
  name: 'sft-term',
  module: __filename,
  inputs: {
    scorer: slot('scorer', 'scores the demonstrations'),
    demonstrations: slot('demonstrations', 'file of demonstrations'),
    prompts: slot('prompts', 'the prompts of RL'),
  },
  outputs: { demonstrations: output('demonstrations.jsonl', jsonLines<Demonstration>()) },
  async run({ scorer, demonstrations: all, prompts }, { sftTermDemonstrations }: SftTermConfig, run) {
    const demonstrations = all.slice(0, sftTermDemonstrations);
    const scores = await scorer(demonstrations);
    const scoresOf = new Map<string | undefined, number[]>();
    demonstrations.forEach(({ task }, row) =>
      scoresOf.set(task, [...(scoresOf.get(task) ?? []), scores[row] as number]),
    );
    const asked = new Set(prompts.map(({ task }) => task));
    const medianOf = (own: number[]): number => own.sort((a, b) => a - b)[own.length >> 1] as number;
    const least = new Map(
      [...scoresOf].map(([task, own]) => [task, asked.has(task) ? medianOf(own) : -Infinity]),
    );
    const kept = demonstrations.filter(
      ({ task }, row) => (scores[row] as number) >= (least.get(task) as number),
    );
    writeJsonLines(run.file('demonstrations.jsonl'), kept);
    return { kept: kept.length, dropped: demonstrations.length - kept.length };
  },
});
