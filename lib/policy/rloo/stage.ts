/** Stage 5 by the algorithm of this folder. */
import { sampledStage } from '../sampled-stage';
import { rlooFields } from './config';
import { trainRloo } from './trainer';

export const rlooStage = sampledStage({
  name: 'rloo',
  module: __filename,
  summary: '5  tune a policy against a reward model by RLOO, each response against the others to its prompt',
  fields: rlooFields,
  train: trainRloo,
});
