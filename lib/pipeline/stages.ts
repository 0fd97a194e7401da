/** Steps of the pipeline one by one, kept from run to run: how notebooks share what takes long. */
import { join } from 'node:path';
import { currentEngine } from '../backend';
import type { PipelineConfig } from './config';
import { keepSteps, type KeptSteps } from './kept-steps';
import { pipelineSteps } from './steps';

export type Stages = Pick<KeptSteps, 'path' | 'run'>;

/** Where notebooks keep their steps, below the folder that a notebook runs in. */
const defaultRoot = join('runs', 'notebooks');

/**
 * The steps of a pipeline, each with a folder `<name>-<key>`. Two configurations that differ in a late step share the early
 * ones.
 */
export function openStages(config: PipelineConfig, root = defaultRoot): Stages {
  return keepSteps((path) => pipelineSteps(config, path), root, currentEngine());
}
