/** The steps of a cell on MT-bench: votes parted by question, filter, reward model, scores on the votes held out. */
import { estimateNoiseCeiling } from '../../filter/noise-ceiling';
import { votePairAgreement } from '../../filter/agreement';
import { filterVotes } from '../../filter/chain';
import { countChoices } from '../../filter/labels';
import { splitTies } from '../../filter/ties';
import { itemsOf } from '../../filter/votes';
import { readJsonLines, writeJson, writeJsonLines } from '../../files';
import type { Step } from '../../pipeline/run-steps';
import { writePairs } from '../../preferences/pairs';
import { readComparisons, readPairs } from '../../preferences/readers/open';
import { createRng } from '../../random';
import type { Comparison, ScorerInput } from '../../types';
import { InputError } from '../../errors';
import type { VotesConfig } from '../cells/given-data';
import { contents, givenFile, givenModel, type GivenFile } from './given-files';
import { givenRewardStep, trainedScorer } from './given-reward';

/** Votes with the texts they are on. */
const votesFile = 'mt_bench/mt_bench_human_full.jsonl.gz';

export function voteFiles({ model }: VotesConfig): GivenFile[] {
  return [givenFile(votesFile), ...givenModel(model).files];
}

/** A pair of answers that more people preferred the one side of than the other. No texts: what is measured needs none. */
export interface VotedPair {
  readonly promptId: string;
  /** The question, of which `promptId` is a turn. */
  readonly question: string;
  readonly chosenScore: number;
  readonly rejectedScore: number;
  /** Tokens. */
  readonly chosenLength: number;
  readonly rejectedLength: number;
  readonly chosenVotes: number;
  readonly rejectedVotes: number;
}

/** How far people agree with each other on the votes held out. */
export interface HumanAgreement {
  /** Share of pairs of votes without a tie that agree; null without such pairs. */
  readonly votes: number | null;
  /** What the truth is estimated to agree with the labels; null where votes agree no more than by chance. */
  readonly ceiling: number | null;
}

/** Score and length of one response. */
export interface ScoredLength {
  readonly promptId: string;
  readonly score: number;
  readonly length: number;
}

export function voteSteps(config: VotesConfig, out: (path: string) => string): Step[] {
  return [
    votesStep(config),
    votesFilterStep(config, out),
    rewardOfVotes(config, out),
    heldOutVotes(config, out),
  ];
}

/** Both turns of a question go to the same side: the second one's prompt holds the first. */
function votesStep({ seed, heldOutQuestions }: VotesConfig): Step {
  return {
    name: 'votes',
    module: __filename,
    get config() {
      return { seed, heldOutQuestions, files: contents([givenFile(votesFile)]) };
    },
    inputs: [],
    async run(directory) {
      const { name, path } = givenFile(votesFile);
      const votes = await readComparisons(path);
      const questions = [...new Set(votes.map(questionOf))].sort();
      if (heldOutQuestions >= questions.length)
        throw new InputError(
          `experiment: heldOutQuestions must be at most ${questions.length - 1}, of ${questions.length} questions in data/${name}, got ${heldOutQuestions}`,
        );
      const heldOut = new Set(
        createRng(seed).fork('questions').shuffle(questions).slice(0, heldOutQuestions),
      );
      const [training, judging] = [false, true].map((side) =>
        votes.filter((vote) => heldOut.has(questionOf(vote)) === side),
      ) as [Comparison[], Comparison[]];
      writeJsonLines(directory.file('training.jsonl'), training);
      writeJsonLines(directory.file('held-out.jsonl'), judging);
      return { training: training.length, heldOut: judging.length };
    },
  };
}

/** `81/2` is the second turn of question 81. */
function questionOf({ promptId }: { readonly promptId: string }): string {
  return promptId.split('/')[0] as string;
}

function votesFilterStep({ filter }: VotesConfig, out: (path: string) => string): Step {
  return {
    name: 'filter',
    module: __filename,
    config: filter,
    inputs: ['votes/training.jsonl'],
    async run(directory) {
      const votes = await readJsonLines<Comparison>(out('votes/training.jsonl'));
      const { pairs, report } = filterVotes(votes, filter);
      writePairs(directory.file('pairs.jsonl'), pairs);
      writeJson(directory.file('report.json'), report);
      return { pairs: pairs.length };
    },
  };
}

function rewardOfVotes(config: VotesConfig, out: (path: string) => string): Step {
  return givenRewardStep(__filename, config, ['filter/pairs.jsonl'], {}, () =>
    readPairs(out('filter/pairs.jsonl')),
  );
}

/** Scores of the answers held out, and who preferred which: the same votes in every cell of a seed, however it filters. */
function heldOutVotes({ reward }: VotesConfig, out: (path: string) => string): Step {
  const { maxPromptTokens, maxResponseTokens } = reward;
  return {
    name: 'held-out',
    module: __filename,
    config: { maxPromptTokens, maxResponseTokens },
    inputs: ['reward/model', 'votes/held-out.jsonl'],
    async run(directory) {
      const items = itemsOf(await readJsonLines<Comparison>(out('votes/held-out.jsonl')));
      const inputs = new Map<string, ScorerInput & { promptId: string }>();
      for (const { record, first, second } of items)
        for (const { responseId, text } of [first, second])
          inputs.set(keyOf(record.promptId, responseId), {
            promptId: record.promptId,
            prompt: record.prompt,
            response: text,
          });
      const { scorer, lengthOf, dispose } = trainedScorer(reward, out);
      const scores = await scorer([...inputs.values()]);
      dispose();
      const responses = new Map(
        [...inputs].map(([key, { promptId, response }], i): [string, ScoredLength] => [
          key,
          { promptId, score: scores[i] as number, length: lengthOf(response) },
        ]),
      );
      const { strict } = splitTies(items, 'wins');
      const pairs = strict.map(({ item, chosen }): VotedPair => {
        const { promptId } = item.record;
        const counts = countChoices(item.votes);
        const other = chosen === 'first' ? 'second' : 'first';
        const better = responses.get(keyOf(promptId, item[chosen].responseId)) as ScoredLength;
        const worse = responses.get(keyOf(promptId, item[other].responseId)) as ScoredLength;
        return {
          promptId,
          question: questionOf({ promptId }),
          chosenScore: better.score,
          rejectedScore: worse.score,
          chosenLength: better.length,
          rejectedLength: worse.length,
          chosenVotes: counts[chosen],
          rejectedVotes: counts[other],
        };
      });
      const humans: HumanAgreement = {
        votes: votePairAgreement(items).strictAgreement,
        ceiling: estimateNoiseCeiling(items, strict)?.label ?? null,
      };
      writeJsonLines(directory.file('pairs.jsonl'), pairs);
      writeJsonLines(directory.file('responses.jsonl'), responses.values());
      writeJson(directory.file('humans.json'), humans);
      return { pairs: pairs.length, responses: responses.size };
    },
  };
}

function keyOf(promptId: string, responseId: string): string {
  return JSON.stringify([promptId, responseId]);
}
