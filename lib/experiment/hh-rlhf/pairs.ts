/** Pairs of HH-RLHF, parted by prompt: some train, the others judge. */
import { InputError } from '../../errors';
import { derivedInput, givenInput, type Handle, type Input } from '../../flow/input';
import { defineStage, innerSlot, output } from '../../flow/stage';
import { pairLines } from '../../pipeline/formats';
import { writePairs } from '../../preferences/pairs';
import { readPairs } from '../../preferences/readers/open';
import { createRng, type Rng } from '../../random';
import type { PreferencePair } from '../../types';
import { pairSets, type PairSet, type PairsConfig } from './config';
import { givenFile } from '../given/files';

/** The test splits: the training splits are not given. */
export const pairFilesOf: Readonly<Record<PairSet, string>> = {
  helpful: 'hh-rlhf/helpful-base.test.jsonl.gz',
  harmless: 'hh-rlhf/harmless-base.test.jsonl.gz',
};

/** The pairs of a file. Rows that cannot be used (contexts that differ, equal replies) are set aside. */
interface UsablePairs {
  readonly rows: readonly PreferencePair[];
  readonly setAside: number;
}

export function usablePairs(set: PairSet): Input<UsablePairs> {
  return givenInput(__filename, givenFile(pairFilesOf[set]), {
    read: async (path) => {
      let setAside = 0;
      const rows = await readPairs(path, { setAside: () => setAside++ });
      return { rows, setAside };
    },
  });
}

type PairsStageConfig = Pick<PairsConfig, 'seed' | 'trainingPairs' | 'heldOutPairs'>;

/** No prompt held out of one set is trained on in the other. */
export const pairsStage = defineStage({
  name: 'pairs',
  module: __filename,
  inputs: {
    helpful: innerSlot<UsablePairs>('pairs compared for how helpful they are'),
    harmless: innerSlot<UsablePairs>('pairs compared for how harmless they are'),
  },
  outputs: {
    helpful: output('helpful.jsonl', pairLines),
    harmless: output('harmless.jsonl', pairLines),
    helpfulHeldOut: output('helpful-held-out.jsonl', pairLines),
    harmlessHeldOut: output('harmless-held-out.jsonl', pairLines),
  },
  run(given, { seed, trainingPairs, heldOutPairs }: PairsStageConfig, run) {
    const rng = createRng(seed).fork('pairs');
    const sets = pairSets.map((set) => ({
      set,
      ...partByPrompt(given[set].rows, heldOutPairs, rng.fork(set)),
    }));
    const unseen = new Set(sets.flatMap(({ heldOut }) => heldOut.map(({ promptId }) => promptId)));
    for (const { set, heldOut, rest } of sets) {
      const training = rest.filter(({ promptId }) => !unseen.has(promptId));
      if (heldOut.length < heldOutPairs || training.length < trainingPairs)
        throw new InputError(
          `experiment: data/${pairFilesOf[set]} has ${heldOut.length + training.length} pairs of which ${heldOutPairs} are held out; trainingPairs must be at most ${training.length}, got ${trainingPairs}`,
        );
      writePairs(run.file(`${set}.jsonl`), training.slice(0, trainingPairs));
      writePairs(run.file(`${set}-held-out.jsonl`), heldOut);
    }
    return Promise.resolve(
      Object.fromEntries(pairSets.map((set) => [`${set}SetAside`, given[set].setAside])),
    );
  },
});

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

/** As many pairs of each set. */
export function trainingPairsOf(
  sets: readonly Handle<readonly PreferencePair[]>[],
  trainingPairs: number,
): Input<readonly PreferencePair[]> {
  const each = Math.floor(trainingPairs / sets.length);
  return derivedInput(Object.fromEntries(sets.map((set) => [set.file, set])), {
    module: __filename,
    settings: { each },
    make: (pairs) => Object.values(pairs).flatMap((own) => own.slice(0, each)),
  });
}
