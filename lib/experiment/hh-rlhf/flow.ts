/** The flow of a condition on HH-RLHF: pairs parted by prompt, a reward model of some of them, scores on those held out. */
import { createFlow, type Flow } from '../../flow/flow';
import { scorerLimits } from '../../pipeline/scorer';
import { rewardStage } from '../../reward/stage';
import { pairSets, type PairsConfig } from './config';
import { givenFile, givenModel, modelFiles, type NamedFile } from '../given/files';
import { heldOutPairsStage } from './held-out';
import { pairFilesOf, pairsStage, trainingPairsOf, usablePairs } from './pairs';

export function pairFiles({ model }: PairsConfig): NamedFile[] {
  return [...pairSets.map((set) => givenFile(pairFilesOf[set])), ...modelFiles(model)];
}

export function pairsFlow(config: PairsConfig): Flow {
  const flow = createFlow({ module: __filename, config });
  const { seed, trainingPairs, heldOutPairs, trainedOn, reward } = config;
  const pairs = flow.add(
    pairsStage,
    { helpful: usablePairs('helpful'), harmless: usablePairs('harmless') },
    { seed, trainingPairs, heldOutPairs },
  );
  const sets = trainedOn === 'both' ? pairSets : [trainedOn];
  const { model } = flow.add(
    rewardStage,
    {
      model: givenModel(config.model),
      pairs: trainingPairsOf(
        sets.map((set) => pairs[set]),
        trainingPairs,
      ),
    },
    reward,
  );
  flow.add(
    heldOutPairsStage,
    { model, helpful: pairs.helpfulHeldOut, harmless: pairs.harmlessHeldOut },
    scorerLimits(reward),
  );
  return flow;
}

/** For processes that make the flow again. */
export function flowOf(config: object): Flow {
  return pairsFlow(config as PairsConfig);
}
