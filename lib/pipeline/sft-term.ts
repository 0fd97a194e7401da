/** Step 5, second: the demonstrations that policies are held to by the SFT term of their loss. */
import { readJsonLines, writeJsonLines } from '../files';
import type { Demonstration, PromptRecord } from '../types';
import type { PipelineConfig } from './config';
import type { Step } from './run-steps';
import { debiasedScorer } from './scorer';

/**
 * What the SFT term of DPO and PPO learns from: of the first demonstrations, in each task that RL asks for, those that the
 * reward model scores at or above the median. The others are in part what RL is to take out; a term that learns them pulls
 * the policy back. Of other tasks the reward model knows nothing, and all are kept.
 */
export function selectDemonstrationsStep(config: PipelineConfig, out: (path: string) => string): Step {
  const { sftTermDemonstrations } = config;
  return {
    name: 'sft-term',
    module: __filename,
    config: { sftTermDemonstrations },
    inputs: ['reward-debiased/model', 'world/demonstrations.jsonl', 'world/reinforce.jsonl'],
    async run(directory) {
      const all = await readJsonLines<Demonstration>(out('world/demonstrations.jsonl'));
      const demonstrations = all.slice(0, sftTermDemonstrations);
      const { scorer, dispose } = debiasedScorer(config, out);
      const scores = await scorer(demonstrations);
      dispose();
      const scoresOf = new Map<string | undefined, number[]>();
      demonstrations.forEach(({ task }, row) =>
        scoresOf.set(task, [...(scoresOf.get(task) ?? []), scores[row] as number]),
      );
      const asked = new Set(
        (await readJsonLines<PromptRecord>(out('world/reinforce.jsonl'))).map(({ task }) => task),
      );
      const medianOf = (own: number[]): number => own.sort((a, b) => a - b)[own.length >> 1] as number;
      const least = new Map(
        [...scoresOf].map(([task, own]) => [task, asked.has(task) ? medianOf(own) : -Infinity]),
      );
      const kept = demonstrations.filter(
        ({ task }, row) => (scores[row] as number) >= (least.get(task) as number),
      );
      writeJsonLines(directory.file('demonstrations.jsonl'), kept);
      return { kept: kept.length, dropped: demonstrations.length - kept.length };
    },
  };
}
