/** Configuration of supervised fine-tuning. */
import * as field from '../fields';
import { demonstrationLosses } from '../train/demonstrations';
import { loraDropoutFields } from '../model/lora/config';
import { loopFields, paddingFree } from '../train/fields';

export const sftFields = {
  ...loopFields,
  ...loraDropoutFields,
  learningRate: field.redefine(loopFields.learningRate, { default: 2e-5, source: 'TRL' }),
  seed: field.integer('seed of every random number of the run', { default: 1, min: 0 }),
  maxSteps: field.integer('optimizer steps', { default: 200, min: 1, unit: 'steps', source: 'ours' }),
  batchSize: field.integer('dialogues a step', { default: 16, min: 1, source: 'ours' }),
  gradientAccumulationSteps: field.integer(
    'parts that a step is cut into to save memory; their gradients are added',
    { default: 1, min: 1, source: 'transformers' },
  ),
  paddingFree,
  maxLength: field.integer('longer dialogues lose their beginning', {
    default: 1024,
    min: 8,
    unit: 'tokens',
    source: 'TRL',
  }),
  loss: field.choice(
    demonstrationLosses,
    'tokens that count: every assistant turn of the dialogue, or the response alone',
    { default: 'assistant', source: 'ours' },
  ),
  evalFraction: field.number('share of the rows held out for the eval_ metrics', {
    default: 0.05,
    min: 0,
    max: 0.5,
    source: 'ours',
  }),
  evalSteps: field.integer('evaluate every so many steps', {
    default: 100,
    min: 1,
    unit: 'steps',
    source: 'ours',
  }),
};

export type SftConfig = field.ConfigOf<typeof sftFields>;
