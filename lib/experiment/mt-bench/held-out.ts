/** What a reward model says of the votes that it has not seen. */
import { writeJson, writeJsonLines } from '../../files';
import { votePairAgreement } from '../../filter/agreement';
import { countChoices } from '../../filter/labels';
import { estimateNoiseCeiling } from '../../filter/noise-ceiling';
import { splitTies } from '../../filter/ties';
import { itemsOf } from '../../filter/votes';
import { defineStage, innerSlot, slot } from '../../flow/stage';
import { rewardScorer } from '../../reward/score';
import { withContext } from '../../sides';
import type { SequenceLimits } from '../../train/sequences';
import type { Comparison, ScorerInput } from '../../types';
import type { JudgedPair, ScoredLength } from '../given/pair-measures';
import { questionOf } from './votes';

/** A pair of answers that more people preferred the one side of than the other. */
export interface VotedPair extends JudgedPair {
  /** The question, of which `promptId` is a turn. */
  readonly question: string;
  readonly chosenVotes: number;
  readonly rejectedVotes: number;
}

/** How far people agree with each other on the votes held out. */
export interface HumanAgreement {
  /** Share of pairs of votes without a tie that agree; null without such pairs. */
  readonly votes: number | null;
  /** How often a perfect judge would agree with the labels, estimated; null where votes agree no more than by chance. */
  readonly ceiling: number | null;
}

/** Responses that the reward model reads in one forward pass. */
const batchSize = 32;

/** Scores of the answers held out, and who preferred which: the same votes in every condition of a seed, however it filters. */
export const heldOutVotesStage = defineStage({
  name: 'held-out',
  module: __filename,
  inputs: {
    model: slot('model', 'the reward model'),
    votes: innerSlot<readonly Comparison[]>('votes that it has not seen'),
  },
  outputs: {},
  async run({ model, votes }, limits: SequenceLimits, run) {
    const items = itemsOf(votes);
    const inputs = new Map<string, ScorerInput & { promptId: string }>();
    for (const { record, first, second } of items)
      for (const { responseId, text, context } of [first, second])
        inputs.set(keyOf(record.promptId, responseId), {
          promptId: record.promptId,
          prompt: withContext(record.prompt, context),
          response: text,
        });
    const lengthOf = (response: string): number => model.tokenizer.encode(response).length;
    const scores = await rewardScorer(model, { ...limits, batchSize })([...inputs.values()]);
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
    writeJsonLines(run.file('pairs.jsonl'), pairs);
    writeJsonLines(run.file('responses.jsonl'), responses.values());
    writeJson(run.file('humans.json'), humans);
    return { pairs: pairs.length, responses: responses.size };
  },
});

function keyOf(promptId: string, responseId: string): string {
  return JSON.stringify([promptId, responseId]);
}
