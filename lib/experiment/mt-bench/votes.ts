/** Votes on MT-bench, parted by question: some train, the others judge. */
import { InputError } from '../../errors';
import { writeJsonLines } from '../../files';
import { jsonLines } from '../../flow/formats';
import { givenInput, type Input } from '../../flow/input';
import { defineStage, innerSlot, output } from '../../flow/stage';
import { readComparisons } from '../../preferences/readers/open';
import { createRng } from '../../random';
import type { Comparison } from '../../types';
import type { VotesConfig } from './config';
import { givenFile } from '../given/files';

/** Votes with the texts they are on. */
export const votesFile = 'mt_bench/mt_bench_human_full.jsonl.gz';

export function givenVotes(): Input<readonly Comparison[]> {
  return givenInput(__filename, givenFile(votesFile), { read: (path) => readComparisons(path) });
}

type VotesStageConfig = Pick<VotesConfig, 'seed' | 'heldOutQuestions'>;

/** Both turns of a question go to the same side: the second one's prompt holds the first. */
export const votesStage = defineStage({
  name: 'votes',
  module: __filename,
  inputs: { votes: innerSlot<readonly Comparison[]>('votes of people') },
  outputs: {
    training: output('training.jsonl', jsonLines<Comparison>()),
    heldOut: output('held-out.jsonl', jsonLines<Comparison>()),
  },
  run({ votes }, { seed, heldOutQuestions }: VotesStageConfig, run) {
    const questions = [...new Set(votes.map(questionOf))].sort();
    if (heldOutQuestions >= questions.length)
      throw new InputError(
        `experiment: heldOutQuestions must be at most ${questions.length - 1}, of ${questions.length} questions in data/${votesFile}, got ${heldOutQuestions}`,
      );
    const heldOut = new Set(createRng(seed).fork('questions').shuffle(questions).slice(0, heldOutQuestions));
    const [training, judging] = [false, true].map((side) =>
      votes.filter((vote) => heldOut.has(questionOf(vote)) === side),
    ) as [Comparison[], Comparison[]];
    writeJsonLines(run.file('training.jsonl'), training);
    writeJsonLines(run.file('held-out.jsonl'), judging);
    return Promise.resolve({ training: training.length, heldOut: judging.length });
  },
});

/** `81/2` is the second turn of question 81. */
export function questionOf({ promptId }: { readonly promptId: string }): string {
  return promptId.split('/')[0] as string;
}
