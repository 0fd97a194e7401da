/** What conditions on given data start from: small weights that are given too, and a training so short that a condition takes about a minute on a core. */
import * as field from '../../fields';

export const givenModelField = field.text(
  'folder of the model that the reward model starts from, below the folder of given data',
  { default: 'stories260K' },
);

/** What reward models on given data have in common. */
export const rewardTraining = {
  lrSchedulerType: 'cosine',
  adamBeta2: 0.98,
  weightDecay: 0.01,
  warmupSteps: 10,
  learningRate: 5e-4,
  batchSize: 16,
  numTrainEpochs: 1,
  evalFraction: 0,
} as const;
