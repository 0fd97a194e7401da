/** What a table of a family of models says. */
import type { ConfigFields } from '../config-fields';
import type { Variant } from '../variant';

/** Sizes that a table may need to say how its models differ. */
export interface Sizes {
  readonly hiddenSize: number;
  readonly numHiddenLayers: number;
  readonly numAttentionHeads: number;
  readonly headDim: number;
}

export interface Family {
  /** `model_type` in config.json. */
  readonly type: string;
  /** `architectures` in config.json, of a language model and of a reward model. */
  readonly architectures: readonly [languageModel: string, rewardModel: string];
  /** What transformers takes for fields that config.json leaves out, where that differs from Llama. */
  readonly defaults?: Readonly<Record<string, unknown>>;
  /** What Llama's field is called here; null: config.json has no such field. */
  readonly fields?: Readonly<Record<string, string | null>>;
  /** Llama's fields that are made of others here; these count before what `fields` names. */
  readonly derived?: (raw: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>;
  /** How the arithmetic differs. Refuses fields that ask for what is not computed. */
  readonly variant?: (fields: ConfigFields, sizes: Sizes) => Variant;
  /**
   * What a module of a layer, or the beginning of a name, is called on disk. Modules that have one name there are one tensor there,
   * their rows one below the other.
   */
  readonly modules?: Readonly<Record<string, string>>;
  /** Matrices of layers are [in, out] on disk. */
  readonly transposed?: true;
  /** Whether modules that are one tensor on disk take turns in it, a head's rows of each. */
  readonly byHead?: (raw: Readonly<Record<string, unknown>>) => boolean;
}
