/** What DPO learns from in the pipeline: pairs of the SFT model's own samples. */
import { derivedInput, type Handle, type Input } from '../flow/input';
import { pairsFromSamples, type ScoredRollout } from '../policy/dpo/pairs';
import { writePairs } from '../preferences/pairs';
import { createRng } from '../random';
import type { PreferencePair, PromptRecord } from '../types';

/** Prompts whose samples DPO draws from again and again to show its course. */
const drawnPrompts = 64;

/** Who says which of two answers DPO is to prefer. */
export const dpoLabels = ['rewardModel', 'annotators'] as const;
export type DpoLabels = (typeof dpoLabels)[number];

interface ScoredPrompts {
  readonly scoredSamples: Handle<readonly ScoredRollout[]>;
  readonly selected: Handle<readonly PromptRecord[]>;
}

/** Pairs of samples of the selected prompts, labelled by their scores. They are written into the run's folder. */
export function pairsByScore({ scoredSamples, selected }: ScoredPrompts): Input<readonly PreferencePair[]> {
  return derivedInput(
    { scoredSamples, selected },
    {
      module: __filename,
      make: (values, run) => {
        const pairs = pairsOf(values.scoredSamples, values.selected);
        writePairs(run.file('pairs.jsonl'), pairs);
        return pairs;
      },
    },
  );
}

/** As many of the pairs that the annotators compared as {@link pairsByScore} has; those are samples of the SFT model too. */
export function pairsByVotes(
  { scoredSamples, selected }: ScoredPrompts,
  voted: Handle<readonly PreferencePair[]>,
  seed: number,
): Input<readonly PreferencePair[]> {
  return derivedInput(
    { scoredSamples, selected, voted },
    {
      module: __filename,
      settings: { seed },
      make: (values, run) => {
        const { length } = pairsOf(values.scoredSamples, values.selected);
        const pairs = createRng(seed).fork('annotated-pairs').shuffle(values.voted).slice(0, length);
        writePairs(run.file('pairs.jsonl'), pairs);
        return pairs;
      },
    },
  );
}

export function firstPrompts(selected: Handle<readonly PromptRecord[]>): Input<readonly PromptRecord[]> {
  return derivedInput(
    { selected },
    { module: __filename, make: (values) => values.selected.slice(0, drawnPrompts) },
  );
}

function pairsOf(samples: readonly ScoredRollout[], selected: readonly PromptRecord[]): PreferencePair[] {
  const kept = new Set(selected.map(({ promptId }) => promptId));
  return pairsFromSamples(samples.filter(({ promptId }) => kept.has(promptId)));
}
