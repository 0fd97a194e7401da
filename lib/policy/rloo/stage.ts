/** Stage 5 by RLOO. */
import { sampledStage } from '../sampled-stage';
import { rlooFields } from './config';
import { trainRloo } from './trainer';

export const rlooStage = sampledStage({
  name: 'rloo',
  module: __filename,
  summary:
    '5  tune a policy against a reward model by RLOO, which compares each response with the others to its prompt',
  fields: rlooFields,
  train: trainRloo,
});
