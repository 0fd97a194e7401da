/** The flow of a condition on MT-bench: votes parted by question, filter, reward model, scores on the votes held out. */
import { createFlow, type Flow } from '../../flow/flow';
import { filterStage } from '../../pipeline/filter';
import { scorerLimits } from '../../pipeline/scorer';
import { rewardStage } from '../../reward/stage';
import type { VotesConfig } from './config';
import { givenFile, givenModel, modelFiles, type NamedFile } from '../given/files';
import { heldOutVotesStage } from './held-out';
import { givenVotes, votesFile, votesStage } from './votes';

export function voteFiles({ model }: VotesConfig): NamedFile[] {
  return [givenFile(votesFile), ...modelFiles(model)];
}

export function votesFlow(config: VotesConfig): Flow {
  const flow = createFlow({ module: __filename, config });
  const { seed, heldOutQuestions, reward } = config;
  const votes = flow.add(votesStage, { votes: givenVotes() }, { seed, heldOutQuestions });
  const { pairs } = flow.add(filterStage, { votes: votes.training }, config.filter);
  const { model } = flow.add(rewardStage, { model: givenModel(config.model), pairs }, reward);
  flow.add(heldOutVotesStage, { model, votes: votes.heldOut }, scorerLimits(reward));
  return flow;
}

/** For processes that make the flow again. */
export function flowOf(config: object): Flow {
  return votesFlow(config as VotesConfig);
}
