/** Stage 5 by the algorithm of this folder. */
import { sampledStage } from '../sampled-stage';
import { grpoFields } from './config';
import { trainGrpo } from './trainer';

export const grpoStage = sampledStage({
  name: 'grpo',
  module: __filename,
  summary: '5  tune a policy against a reward model by GRPO, which compares several responses to a prompt',
  fields: grpoFields,
  train: trainGrpo,
});
