/** The configuration of a cell of the embedded world. */
import { InputError } from '../../errors';
import { configuredDimensions, weighDimensions } from '../../reward/dimensions';
import { applySettings, type Settings } from '../../settings';
import { cellFields, experimentBase, type CellConfig } from './config';

/** The base with a seed and with settings in it. The same seed goes to every stage. */
export function cellConfig(where: string, seed: number, settings: Settings): CellConfig {
  const config = applySettings(where, cellFields, experimentBase(seed), settings);
  checkDimensions(where, config);
  return config;
}

/** Dimensions and weights that do not go together are found before anything is trained. */
function checkDimensions(where: string, { reward, rewardWeights }: CellConfig): void {
  try {
    const dimensions = configuredDimensions(reward);
    if (rewardWeights === undefined) return;
    if (dimensions === undefined)
      throw new InputError(
        'rewardWeights is for reward models of several dimensions, which reward.dimensions names',
      );
    weighDimensions('rewardWeights', dimensions, rewardWeights);
  } catch (error) {
    throw error instanceof InputError ? new InputError(`${where}: ${error.message}`) : error;
  }
}
