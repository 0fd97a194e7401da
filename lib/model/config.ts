/** The shape of a model: Hugging Face's Llama config.json in camelCase. */
import { InputError, mustBe } from '../errors';
import type { Lora } from './lora/config';

export interface ModelConfig {
  readonly vocabSize: number;
  /** D */
  readonly hiddenSize: number;
  readonly intermediateSize: number;
  readonly numHiddenLayers: number;
  /** H */
  readonly numAttentionHeads: number;
  readonly numKeyValueHeads: number;
  readonly headDim: number;
  readonly maxPositionEmbeddings: number;
  readonly rmsNormEps: number;
  readonly ropeTheta: number;
  readonly tieWordEmbeddings: boolean;
  readonly bosTokenId?: number;
  /** Of config.json and generation_config.json together. */
  readonly eosTokenId?: number | readonly number[];
  readonly padTokenId?: number;
  /** generation_config.json as it was read; it is written back. */
  readonly generationConfig?: Readonly<Record<string, unknown>>;
  /** Whether matrix products are taken in bfloat16. Not of the model but of the run: it is not written to config.json. */
  readonly bf16?: boolean;
  /** Of a reward model with several scores: what each row of `score.weight` scores. */
  readonly scoreCriteria?: readonly ScoreCriterion[];
  /** Of the adapter among the parameters; it is written to adapter_config.json. */
  readonly lora?: Lora;
}

/** One of several scores of a reward model. */
export interface ScoreCriterion {
  readonly name: string;
  /** Its share in the one score that is made of all, ≥ 0. */
  readonly weight: number;
}

/** Model types whose weights and arithmetic are those of Llama. */
const modelTypes = ['llama', 'mistral'];

/**
 * Reads a Hugging Face config.json.
 *
 * @throws {InputError} for another architecture, for what Llama's variants have and this transformer has not (biases,
 * scaled rotary embeddings, sliding windows), and for sizes that do not fit together.
 */
export function parseModelConfig(json: unknown, where = 'config.json'): ModelConfig {
  const raw = (typeof json === 'object' && json !== null ? json : {}) as Record<string, unknown>;
  const refuse = (field: string, expected: string, got: unknown): never => {
    throw mustBe(where, field, expected, got);
  };
  const number = (field: string, fallback?: number): number => {
    const value = raw[field] ?? fallback;
    return typeof value === 'number' && value > 0 ? value : refuse(field, 'a positive number', raw[field]);
  };
  const size = (field: string, fallback?: number): number => {
    const value = number(field, fallback);
    return Number.isInteger(value) ? value : refuse(field, 'a positive integer', raw[field] ?? fallback);
  };
  const type = raw['model_type'];
  if (typeof type !== 'string' || !modelTypes.includes(type))
    refuse('model_type', `one of ${modelTypes.join(', ')}`, type);
  for (const flag of ['attention_bias', 'mlp_bias']) if (raw[flag] === true) refuse(flag, 'false', true);
  if ((raw['hidden_act'] ?? 'silu') !== 'silu') refuse('hidden_act', '"silu"', raw['hidden_act']);
  // The older name, where it holds anything, counts before the newer, as in transformers 5.
  const older = (raw['rope_scaling'] ?? {}) as Record<string, unknown>;
  const newer = (raw['rope_parameters'] ?? {}) as Record<string, unknown>;
  const rope = Object.keys(older).length > 0 ? older : newer;
  const ropeType = rope['rope_type'] ?? rope['type'] ?? 'default';
  if (ropeType !== 'default') refuse('rope_scaling', 'absent or of the default type', ropeType);
  if (typeof raw['sliding_window'] === 'number') refuse('sliding_window', 'null', raw['sliding_window']);

  const hiddenSize = size('hidden_size');
  const numAttentionHeads = size('num_attention_heads');
  const headDim = size('head_dim', hiddenSize / numAttentionHeads);
  const numKeyValueHeads = size('num_key_value_heads', numAttentionHeads);
  if (headDim % 2 !== 0) refuse('head_dim', 'even (rotary embeddings turn pairs)', headDim);
  if (numAttentionHeads % numKeyValueHeads !== 0) {
    refuse(
      'num_key_value_heads',
      `a divisor of num_attention_heads (${numAttentionHeads})`,
      numKeyValueHeads,
    );
  }
  // Newer files keep the base with the other parameters of the embedding; where both are there, that one counts.
  const ropeTheta = (): number => {
    const base = rope['rope_theta'];
    if (base === undefined || base === null) return number('rope_theta', 10000);
    return typeof base === 'number' && base > 0
      ? base
      : refuse('rope_parameters.rope_theta', 'a positive number', base);
  };
  const token = (field: string): number | undefined =>
    typeof raw[field] === 'number' ? (raw[field] as number) : undefined;
  const bos = token('bos_token_id');
  const pad = token('pad_token_id');
  const vocabSize = size('vocab_size');
  const ends = endTokens(where, raw, vocabSize);
  const scoreCriteria = criteriaOf(raw);
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: size('intermediate_size'),
    numHiddenLayers: size('num_hidden_layers'),
    numAttentionHeads,
    numKeyValueHeads,
    headDim,
    maxPositionEmbeddings: size('max_position_embeddings', 2048),
    rmsNormEps: number('rms_norm_eps', 1e-6),
    ropeTheta: ropeTheta(),
    tieWordEmbeddings: raw['tie_word_embeddings'] === true,
    ...(bos === undefined ? {} : { bosTokenId: bos }),
    ...withEndTokens(ends),
    ...(pad === undefined ? {} : { padTokenId: pad }),
    ...(scoreCriteria.length < 2 ? {} : { scoreCriteria }),
  };
}

/** The ids of `eos_token_id`, which may be one, several or null. */
function endTokens(where: string, raw: Readonly<Record<string, unknown>>, vocabSize: number): number[] {
  const given = raw['eos_token_id'] ?? [];
  const ids: unknown[] = Array.isArray(given) ? given : [given];
  for (const id of ids) {
    if (Number.isInteger(id) && (id as number) >= 0 && (id as number) < vocabSize) continue;
    throw mustBe(where, 'eos_token_id', `token ids below ${vocabSize} (vocab_size)`, given);
  }
  return ids as number[];
}

function withEndTokens(ids: readonly number[]): Pick<ModelConfig, 'eosTokenId'> {
  const [first, ...others] = ids;
  if (first === undefined) return {};
  return { eosTokenId: others.length === 0 ? first : ids };
}

/**
 * Adds what generation_config.json says: its end tokens beside those of config.json.
 *
 * @throws {InputError} when it is no object, or an end token is no token id.
 */
export function withGenerationConfig(config: ModelConfig, json: unknown, where: string): ModelConfig {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InputError(`${where}: must be an object, got ${JSON.stringify(json)}`);
  const generationConfig = json as Readonly<Record<string, unknown>>;
  const ids = [config.eosTokenId ?? [], endTokens(where, generationConfig, config.vocabSize)].flat();
  return { ...config, ...withEndTokens([...new Set(ids)]), generationConfig };
}

/** The labels of a classifier, which is what transformers calls a reward model. Language models may carry labels that mean nothing. */
function criteriaOf(raw: Readonly<Record<string, unknown>>): ScoreCriterion[] {
  const architectures = Array.isArray(raw['architectures']) ? (raw['architectures'] as unknown[]) : [];
  if (!architectures.some((name) => String(name).endsWith('ForSequenceClassification'))) return [];
  const labels = (raw['id2label'] ?? {}) as Readonly<Record<string, string>>;
  // Models that the kit saved before had `dimension_weights`.
  const weights = (raw['criterion_weights'] ?? raw['dimension_weights'] ?? {}) as Readonly<
    Record<string, number>
  >;
  return Object.keys(labels)
    .sort((a, b) => Number(a) - Number(b))
    .map((id) => ({ name: labels[id] as string, weight: weights[labels[id] as string] ?? 1 }));
}

/** What a saved model is: a language model or a reward model. */
export type Architecture = 'LlamaForCausalLM' | 'LlamaForSequenceClassification';

/** The config.json that transformers reads; `dtype` is the type of the weights beside it. */
export function toHfConfig(
  config: ModelConfig,
  architecture: Architecture,
  dtype: 'float32' | 'float16' | 'bfloat16' = 'float32',
): Record<string, unknown> {
  return {
    architectures: [architecture],
    model_type: 'llama',
    vocab_size: config.vocabSize,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    num_hidden_layers: config.numHiddenLayers,
    num_attention_heads: config.numAttentionHeads,
    num_key_value_heads: config.numKeyValueHeads,
    head_dim: config.headDim,
    hidden_act: 'silu',
    max_position_embeddings: config.maxPositionEmbeddings,
    rms_norm_eps: config.rmsNormEps,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieWordEmbeddings,
    attention_bias: false,
    mlp_bias: false,
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
    pad_token_id: config.padTokenId ?? null,
    ...(architecture === 'LlamaForSequenceClassification' ? labels(config.scoreCriteria) : {}),
    torch_dtype: dtype,
  };
}

function labels(
  criteria: readonly ScoreCriterion[] = [{ name: 'score', weight: 1 }],
): Record<string, unknown> {
  return {
    num_labels: criteria.length,
    id2label: Object.fromEntries(criteria.map(({ name }, i) => [i, name])),
    ...(criteria.length > 1 && {
      criterion_weights: Object.fromEntries(criteria.map(({ name, weight }) => [name, weight])),
    }),
  };
}
