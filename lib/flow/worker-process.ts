/** A process that runs stages of flows: it makes the flow again from its recipe and runs one stage of it. */
import { pathToFileURL } from 'node:url';
import { useEngine } from '../backend';
import type { FlowModule, FlowRecipe } from './flow';
import { serveOrders } from './serve-orders';
import { openStore, type StorePlace } from './store';
import type { StageOrder } from './workers';

/** One stage of one flow. */
export interface FlowOrder extends StageOrder {
  readonly recipe: FlowRecipe;
  readonly store: StorePlace;
}

serveOrders(async ({ name, recipe, store }: FlowOrder) => {
  await useEngine(store.engine);
  const { flowOf } = (await import(pathToFileURL(recipe.module).href)) as FlowModule;
  await openStore(store).run(flowOf(recipe.config).node(name));
});
