/** The steps of a cell on HH-RLHF: pairs of both sets parted by prompt, reward model, scores on the pairs held out of both. */
import { InputError } from '../../errors';
import { writeJsonLines } from '../../files';
import type { Step } from '../../pipeline/run-steps';
import { writePairs } from '../../preferences/pairs';
import { readPairs } from '../../preferences/readers/open';
import { createRng, type Rng } from '../../random';
import { scorePairs } from '../../reward/scorecard/score-pairs';
import type { PreferencePair } from '../../types';
import { pairSets, type PairsConfig, type PairSet } from '../cells/given-data';
import { contents, givenFile, givenModel, type GivenFile } from './given-files';
import { givenRewardStep, trainedScorer } from './given-reward';

/** The test splits: the training splits are not given. */
const files: Readonly<Record<PairSet, string>> = {
  helpful: 'hh-rlhf/helpful-base.test.jsonl.gz',
  harmless: 'hh-rlhf/harmless-base.test.jsonl.gz',
};

export function pairFiles({ model }: PairsConfig): GivenFile[] {
  return [...pairSets.map((set) => givenFile(files[set])), ...givenModel(model).files];
}

/** A pair with its scores and lengths in tokens. No texts: what is measured needs none. */
export interface JudgedPair {
  readonly promptId: string;
  readonly chosenScore: number;
  readonly rejectedScore: number;
  readonly chosenLength: number;
  readonly rejectedLength: number;
}

export function pairSteps(config: PairsConfig, out: (path: string) => string): Step[] {
  return [pairsStep(config), rewardOfPairs(config, out), heldOutPairs(config, out)];
}

/** Rows that cannot be used (contexts that differ, equal replies) are set aside. No prompt held out of one set is trained on in the other. */
function pairsStep({ seed, trainingPairs, heldOutPairs }: PairsConfig): Step {
  const given = (): GivenFile[] => pairSets.map((set) => givenFile(files[set]));
  return {
    name: 'pairs',
    module: __filename,
    get config() {
      return { seed, trainingPairs, heldOutPairs, files: contents(given()) };
    },
    inputs: [],
    async run(directory) {
      const rng = createRng(seed).fork('pairs');
      const counts: Record<string, number> = {};
      const sets = await Promise.all(
        pairSets.map(async (set) => {
          const { name, path } = givenFile(files[set]);
          let setAside = 0;
          const rows = await readPairs(path, { setAside: () => setAside++ });
          counts[`${set}SetAside`] = setAside;
          return { set, name, ...partByPrompt(rows, heldOutPairs, rng.fork(set)) };
        }),
      );
      const unseen = new Set(sets.flatMap(({ heldOut }) => heldOut.map(({ promptId }) => promptId)));
      for (const { set, name, heldOut, rest } of sets) {
        const training = rest.filter(({ promptId }) => !unseen.has(promptId));
        if (heldOut.length < heldOutPairs || training.length < trainingPairs)
          throw new InputError(
            `experiment: data/${name} has ${heldOut.length + training.length} pairs of which ${heldOutPairs} are held out; trainingPairs must be at most ${training.length}, got ${trainingPairs}`,
          );
        writePairs(directory.file(`${set}.jsonl`), training.slice(0, trainingPairs));
        writePairs(directory.file(`${set}-held-out.jsonl`), heldOut);
      }
      return counts;
    },
  };
}

/** Some pairs, and all whose prompt is none of theirs, in a random order. */
function partByPrompt(
  pairs: readonly PreferencePair[],
  wanted: number,
  rng: Rng,
): { heldOut: PreferencePair[]; rest: PreferencePair[] } {
  const shuffled = rng.shuffle(pairs);
  const heldOut = shuffled.slice(0, wanted);
  const prompts = new Set(heldOut.map(({ promptId }) => promptId));
  return { heldOut, rest: shuffled.filter(({ promptId }) => !prompts.has(promptId)) };
}

function rewardOfPairs(config: PairsConfig, out: (path: string) => string): Step {
  const { trainedOn, trainingPairs } = config;
  const sets = trainedOn === 'both' ? pairSets : [trainedOn];
  const inputs = sets.map((set) => `pairs/${set}.jsonl`);
  return givenRewardStep(__filename, config, inputs, { trainedOn }, async () => {
    const pairs = await Promise.all(inputs.map((path) => readPairs(out(path))));
    return pairs.flatMap((own) => own.slice(0, Math.floor(trainingPairs / sets.length)));
  });
}

function heldOutPairs({ reward }: PairsConfig, out: (path: string) => string): Step {
  const { maxPromptTokens, maxResponseTokens } = reward;
  return {
    name: 'held-out',
    module: __filename,
    config: { maxPromptTokens, maxResponseTokens },
    inputs: ['reward/model', ...pairSets.map((set) => `pairs/${set}-held-out.jsonl`)],
    async run(directory) {
      const { scorer, lengthOf, dispose } = trainedScorer(reward, out);
      for (const set of pairSets) {
        const pairs = await readPairs(out(`pairs/${set}-held-out.jsonl`));
        const scored = await scorePairs(scorer, pairs, lengthOf);
        const rows = scored.map(
          ({ chosenScore, rejectedScore, chosenLength, rejectedLength }, i): JudgedPair => ({
            promptId: (pairs[i] as PreferencePair).promptId,
            chosenScore,
            rejectedScore,
            chosenLength,
            rejectedLength,
          }),
        );
        writeJsonLines(directory.file(`${set}.jsonl`), rows);
      }
      dispose();
    },
  };
}
