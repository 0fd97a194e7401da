/** What an adapter is: its rank, what its product is multiplied by, the layers that have it; and the fields that ask for one. */
import * as field from '../../fields';

/** An adapter's settings, in PEFT's terms. */
export interface Lora {
  /** r: rows of A, columns of B. */
  readonly rank: number;
  readonly alpha: number;
  /** Whether α is divided by √r instead of r. */
  readonly useRslora: boolean;
  /** Share of the adapter's inputs that are left out while SFT and reward models train. */
  readonly dropout: number;
  /** PEFT's `target_modules`: names or ends of names of layers, a pattern, or `all-linear`. */
  readonly targets: string | readonly string[];
  /** Directory of the model that the adapter belongs to; absent of a model that was not loaded from one. */
  readonly base?: string;
}

/** PEFT's word for every linear layer but the heads. */
export const allLinear = 'all-linear';

/** Fields of every training command. All are optional: without them a model is trained whole. */
export const loraFields = {
  loraRank: field
    .integer(
      'train an adapter of this rank (LoRA) and leave the model as it is; absent or 0: train all parameters',
      { min: 0, source: 'Hu et al. 2021' },
    )
    .optional(),
  loraAlpha: field
    .number("the adapter's product is multiplied by loraAlpha / loraRank; twice the rank when absent", {
      above: 0,
      source: 'TRL, whose defaults are 32 and 16',
    })
    .optional(),
  loraTargets: field
    .text(
      'layers that get an adapter: names or ends of names with commas between them, e.g. q_proj,v_proj; all linear layers when absent',
      { source: 'PEFT' },
    )
    .optional(),
  useRslora: field
    .boolean('multiply by loraAlpha / √loraRank instead, so that large ranks learn as fast', {
      source: 'Kalajdzievski 2023',
    })
    .optional(),
};

/** Of SFT and reward models. Policies are compared with their reference token by token, which dropout would blur. */
export const loraDropoutFields = {
  loraDropout: field
    .number("share of the adapter's inputs that are left out in each step of training; 0 when absent", {
      min: 0,
      max: 0.99,
      source: 'PEFT; TRL leaves dropout out of DPO and PPO too',
    })
    .optional(),
};

/** What asks for an adapter. */
export type LoraOptions = field.ConfigOf<typeof loraFields> & field.ConfigOf<typeof loraDropoutFields>;

/** s in W·x + s·B·A·x: α/r, or α/√r. */
export function loraScale({ rank, alpha, useRslora }: Pick<Lora, 'rank' | 'alpha' | 'useRslora'>): number {
  return alpha / (useRslora ? Math.sqrt(rank) : rank);
}
