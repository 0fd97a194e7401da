/** A process that runs steps of cells, where all experiments keep them. */
import { useEngine } from '../backend';
import { keepSteps } from '../pipeline/kept-steps';
import { serveOrders } from '../pipeline/serve-orders';
import type { StepOrder } from '../pipeline/workers';
import { cellKinds } from './cells/cell-kinds';
import type { DataName } from './measures/measure-names';

/** One step of one cell. */
export interface CellOrder extends StepOrder {
  /** Folder of its results. */
  readonly folder: string;
  readonly data: DataName;
  readonly config: object;
  /** Where steps are kept. */
  readonly root: string;
  readonly engine: string;
}

serveOrders(async ({ name, data, config, root, engine }: CellOrder) => {
  await useEngine(engine);
  await keepSteps((path) => cellKinds[data].steps(config, path), root, engine).runOne(name);
});
