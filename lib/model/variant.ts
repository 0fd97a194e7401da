/** How a model's arithmetic differs from Llama's, as data. What is absent is as in Llama. */
import type { RopeScaling } from './rope';

export interface Variant {
  /** `onePlus`: RMSNorm that multiplies by 1 + w. `layer`: LayerNorm, with a bias. Absent: RMSNorm. */
  readonly norm?: 'onePlus' | 'layer';
  /** Where attention and feed-forward are normed: what they give, or both what they read and what they give. Absent: what they read. */
  readonly normPlace?: 'after' | 'both';
  /** RMSNorm of queries and keys before they turn: each head by itself, or all heads as one vector. */
  readonly queryKeyNorm?: 'head' | 'projection';
  /** Projections with a bias, such as `self_attn.q_proj`. */
  readonly biases?: readonly string[];
  /** Absent: SiLU. */
  readonly activation?: 'geluTanh';
  /** The feed-forward is down(activation(up(x))), without a gate. */
  readonly plainFeedForward?: true;
  readonly rotary?: Rotary;
  /** A learned vector for each position is added to the embedding, and nothing turns. */
  readonly learnedPositions?: true;
  /** Tokens that a query of each layer sees, its own included; null: all before it. One entry a layer. */
  readonly windows?: readonly (number | null)[];
  /** The embedding is multiplied by this. */
  readonly embeddingScale?: number;
  /** Attention scores are multiplied by this. Absent: 1/√hd. */
  readonly attentionScale?: number;
}

/** Rotary position embeddings beside their base, `ropeTheta`. */
export interface Rotary {
  /** How many of a head's first dimensions turn. Absent: all. */
  readonly dims?: number;
  /** Dimensions 2i and 2i + 1 turn together. Absent: i and i + dims/2. */
  readonly interleaved?: true;
  readonly scaling?: RopeScaling;
  /** Layers with a window have a base and a scaling of their own. */
  readonly windowed?: { readonly theta: number; readonly scaling?: RopeScaling };
  /** Layers in which nothing turns, by number. */
  readonly without?: readonly number[];
}
