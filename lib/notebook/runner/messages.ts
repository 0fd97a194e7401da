/** What the runner and the process of a notebook say to each other. */
import type { CellFailure } from '../kernel/failure';
import type { Output } from './notebook-file';

/** A code cell to run. */
export interface CellOrder {
  /** Among all cells of the notebook. */
  readonly index: number;
  readonly source: string;
  /** An error is what the cell is there to show. */
  readonly mayFail: boolean;
}

export interface Order {
  readonly engine: string | undefined;
  readonly cells: readonly CellOrder[];
}

export type Report =
  | { readonly kind: 'engineMissing'; readonly message: string }
  | { readonly kind: 'started'; readonly cell: number }
  | { readonly kind: 'ended'; readonly cell: number; readonly failure: CellFailure | undefined }
  /** The last one. Outputs by cell index, of those that ran. */
  | {
      readonly kind: 'done';
      readonly typescript: string;
      readonly outputs: Readonly<Record<number, Output[]>>;
    };
