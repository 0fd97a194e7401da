/** The shape of a model: Hugging Face's config.json, in camelCase and under Llama's names. */
import { InputError, mustBe } from '../errors';
import { stableJson } from '../stable-json';
import { configFields } from './config-fields';
import { familyOf } from './families';
import type { Family } from './families/family';
import type { Lora } from './lora/config';
import { readRope, ropeParameters } from './rope';
import type { Variant } from './variant';

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
  /** `model_type` of config.json. Absent: `llama`. */
  readonly family?: string;
  /** How the arithmetic differs from Llama's. Absent: not at all. */
  readonly variant?: Variant;
  /** Fields of config.json that no other property holds; they are written back. */
  readonly otherFields?: Readonly<Record<string, unknown>>;
  /** Of the adapter among the parameters; it is written to adapter_config.json. */
  readonly lora?: Lora;
}

/** One of several scores of a reward model. */
export interface ScoreCriterion {
  readonly name: string;
  /** Its share in the one score that is made of all, ≥ 0. */
  readonly weight: number;
}

/** Fields of config.json that are written from the properties of the same names, whatever the family calls them. */
const sizeFields = {
  vocab_size: 'vocabSize',
  hidden_size: 'hiddenSize',
  intermediate_size: 'intermediateSize',
  num_hidden_layers: 'numHiddenLayers',
  num_attention_heads: 'numAttentionHeads',
  num_key_value_heads: 'numKeyValueHeads',
  head_dim: 'headDim',
  max_position_embeddings: 'maxPositionEmbeddings',
  rms_norm_eps: 'rmsNormEps',
  rope_theta: 'ropeTheta',
} as const;
/** Further fields that are always written anew. */
const writtenAnew = [
  ...['architectures', 'model_type', 'tie_word_embeddings', 'torch_dtype', 'dtype'],
  ...['bos_token_id', 'eos_token_id', 'pad_token_id'],
  ...['num_labels', 'id2label', 'label2id', 'criterion_weights', 'dimension_weights'],
];
/** What a config.json of Llama says when nothing differs. */
const plainLlama = { hidden_act: 'silu', attention_bias: false, mlp_bias: false } as const;

type Raw = Readonly<Record<string, unknown>>;
type Written = Record<string, unknown>;

/** What the family calls one of Llama's fields; undefined: it has none. */
function fieldName({ fields = {} }: Family, field: string): string | undefined {
  return fields[field] === null ? undefined : (fields[field] ?? field);
}

/**
 * Reads a Hugging Face config.json.
 *
 * @throws {InputError} for an unknown family, with the known ones, for what the family's variants have and this transformer has
 * not, and for sizes that do not fit together.
 */
export function parseModelConfig(json: unknown, where = 'config.json'): ModelConfig {
  const given = (typeof json === 'object' && json !== null ? json : {}) as Raw;
  const family = familyOf(given['model_type'], where);
  const raw = { ...family.defaults, ...given };
  const fields = configFields(raw, where);
  const { refuse } = fields;
  fields.only('quantization_config', null);
  const derived: Raw = family.derived?.(raw) ?? {};
  /** A size under the family's name, or made of other fields. */
  const size = (field: string, fallback?: number): number => {
    const made = derived[field];
    if (made !== undefined) return Number.isInteger(made) ? (made as number) : refuse(field, 'a positive integer', made);
    const name = fieldName(family, field);
    return name === undefined ? (fallback as number) : fields.size(name, fallback);
  }; // prettier-ignore

  const hiddenSize = size('hidden_size');
  const numAttentionHeads = size('num_attention_heads');
  const headDim = size('head_dim', hiddenSize / numAttentionHeads);
  const numKeyValueHeads = size('num_key_value_heads', numAttentionHeads);
  if (!Number.isInteger(headDim))
    refuse('num_attention_heads', `a divisor of ${hiddenSize} (the width)`, numAttentionHeads);
  if (headDim % 2 !== 0) refuse('head_dim', 'even (rotary embeddings turn pairs)', headDim);
  if (numAttentionHeads % numKeyValueHeads !== 0) {
    refuse(
      'num_key_value_heads',
      `a divisor of num_attention_heads (${numAttentionHeads})`,
      numKeyValueHeads,
    );
  }
  const numHiddenLayers = size('num_hidden_layers');
  const turns = fieldName(family, 'rope_theta') !== undefined;
  const ropeTheta = turns
    ? readRope(fields, ropeParameters(raw)).theta
    : ((derived['rope_theta'] ?? 10000) as number);
  if (!(ropeTheta > 0)) refuse('rope_ratio', 'a positive number');
  const token = (field: string): number | undefined =>
    typeof raw[field] === 'number' ? (raw[field] as number) : undefined;
  const bos = token('bos_token_id');
  const pad = token('pad_token_id');
  const vocabSize = size('vocab_size');
  const ends = endTokens(where, raw, vocabSize);
  const scoreCriteria = criteriaOf(raw);
  const sizes = { hiddenSize, numHiddenLayers, numAttentionHeads, headDim };
  const variant = family.variant?.(fields, sizes) ?? {};
  const others = otherFields(given, family, variant);
  return {
    vocabSize,
    hiddenSize,
    intermediateSize: size('intermediate_size'),
    numHiddenLayers,
    numAttentionHeads,
    numKeyValueHeads,
    headDim,
    maxPositionEmbeddings: size('max_position_embeddings', 2048),
    rmsNormEps: fields.number(fieldName(family, 'rms_norm_eps') as string, 1e-6),
    ropeTheta,
    tieWordEmbeddings: raw['tie_word_embeddings'] === true,
    ...(bos === undefined ? {} : { bosTokenId: bos }),
    ...withEndTokens(ends),
    ...(pad === undefined ? {} : { padTokenId: pad }),
    ...(scoreCriteria.length < 2 ? {} : { scoreCriteria }),
    ...(family.type === 'llama' ? {} : { family: family.type }),
    ...(Object.keys(variant).length === 0 ? {} : { variant }),
    ...(Object.keys(others).length === 0 ? {} : { otherFields: others }),
  };
}

/** What of a config.json is to be written back as it is. */
function otherFields(given: Raw, family: Family, variant: Variant): Written {
  const known = new Set([...Object.keys(sizeFields).map((field) => fieldName(family, field)), ...writtenAnew]);
  const rope = ropeParameters(given);
  const plain = ['type', 'rope_type', 'rope_theta'];
  if (variant.rotary === undefined && Object.keys(rope).every((name) => plain.includes(name)))
    for (const name of ['rope_parameters', 'rope_scaling']) known.add(name);
  const isPlain = ([name, value]: [string, unknown]): boolean =>
    family.type === 'llama' && (plainLlama as Raw)[name] === value;
  return Object.fromEntries(Object.entries(given).filter((entry) => !known.has(entry[0]) && !isPlain(entry)));
} // prettier-ignore

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

/** What a saved model is: a language model, or a reward model, which transformers calls a classifier. */
export type ModelKind = 'language' | 'reward';

/**
 * The config.json that transformers reads; `dtype` is the type of the weights beside it.
 *
 * @throws {InputError} when config.json cannot say what `config` says, because a property was changed that other fields contradict.
 */
export function toHfConfig(
  config: ModelConfig,
  kind: ModelKind = 'language',
  dtype: 'float32' | 'float16' | 'bfloat16' = 'float32',
): Record<string, unknown> {
  const family = familyOf(config.family ?? 'llama', 'toHfConfig');
  const isLlama = family.type === 'llama';
  const { hidden_act, ...noBiases } = plainLlama;
  const sizes = Object.entries(sizeFields).flatMap(([field, property]): [string, unknown][] => {
    const name = fieldName(family, field);
    const own: [string, unknown][] = name === undefined ? [] : [[name, config[property]]];
    return isLlama && field === 'head_dim' ? [...own, ['hidden_act', hidden_act]] : own;
  });
  const written: Written = {
    architectures: [family.architectures[kind === 'reward' ? 1 : 0]],
    model_type: family.type,
    ...Object.fromEntries(sizes),
    tie_word_embeddings: config.tieWordEmbeddings,
    ...(isLlama ? noBiases : {}),
    bos_token_id: config.bosTokenId ?? null,
    eos_token_id: config.eosTokenId ?? null,
    pad_token_id: config.padTokenId ?? null,
    ...(kind === 'reward' ? labels(config.scoreCriteria) : {}),
    torch_dtype: dtype,
    ...config.otherFields,
  };
  const again = parseModelConfig(written, 'toHfConfig');
  for (const property of [...Object.values(sizeFields), 'tieWordEmbeddings', 'variant'] as const) {
    const [said, meant] = [again[property], config[property]];
    if (stableJson(said ?? null) !== stableJson(meant ?? null))
      throw new InputError(
        `toHfConfig: '${property}' is ${stableJson(meant ?? null)}, but config.json of ${family.type} with these fields says ${stableJson(said ?? null)}`,
      );
  }
  return written;
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
