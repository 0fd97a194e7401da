/** A process that runs steps of cells, where all experiments keep them. */
import { useEngine } from '../backend';
import { keepSteps } from '../pipeline/kept-steps';
import { serveOrders } from '../pipeline/serve-orders';
import type { StepOrder } from '../pipeline/workers';
import type { CellConfig } from './base';
import { cellSteps } from './steps/cell-steps';

/** One step of one cell. */
export interface CellOrder extends StepOrder {
  /** Folder of its results. */
  readonly folder: string;
  readonly config: CellConfig;
  /** Where steps are kept. */
  readonly root: string;
  readonly engine: string;
}

serveOrders(async ({ name, config, root, engine }: CellOrder) => {
  await useEngine(engine);
  await keepSteps((path) => cellSteps(config, path), root, engine).runOne(name);
});
