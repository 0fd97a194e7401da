/** `adapter_config.json` as PEFT writes and reads it. */
import { InputError, mustBe } from '../../errors';
import type { Lora } from './config';

export const adapterConfigFile = 'adapter_config.json';

/** What adapters of language models and of reward models are called. */
export type TaskType = 'CAUSAL_LM' | 'SEQ_CLS';

/** Modules that may be saved whole beside an adapter: heads. PEFT names `classifier` too, which Llama has not. */
const savedModules = ['score', 'classifier', 'value'];

type Json = Readonly<Record<string, unknown>>;

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  value === null ||
  value === false ||
  (typeof value === 'object' && Object.keys(value).length === 0);

/** Fields that may hold anything: they name things, or count only while PEFT itself trains. */
const anything = [
  'peft_type', 'task_type', 'peft_version', 'auto_mapping', 'base_model_name_or_path', 'revision', 'inference_mode', 'r',
  'lora_alpha', 'lora_dropout', 'use_rslora', 'target_modules', 'exclude_modules', 'layers_to_transform', 'layers_pattern',
  'megatron_core', 'qalora_group_size', 'ensure_weight_tying',
]; // prettier-ignore

/** Fields that may hold these values besides nothing. */
const allowed: Readonly<Record<string, (value: unknown) => boolean>> = {
  bias: (value) => value === 'none',
  // Other ways to begin change the base's own weights.
  init_lora_weights: (value) => value === true || value === 'gaussian',
  modules_to_save: (value) =>
    Array.isArray(value) && value.every((name) => savedModules.includes(name as string)),
};

/**
 * Reads `adapter_config.json`; `base` is as the file has it.
 *
 * @throws {InputError} naming the field, for what PEFT has and this kit has not: other kinds of adapters, DoRA, trained biases, ranks
 * that differ from layer to layer, further modules saved whole.
 */
export function parsePeftConfig(json: unknown, where: string): Lora & { readonly base: string } {
  if (typeof json !== 'object' || json === null || Array.isArray(json))
    throw new InputError(`${where}: must be an object, got ${JSON.stringify(json)}`);
  const raw = json as Json;
  if (raw['peft_type'] !== 'LORA') throw mustBe(where, 'peft_type', '"LORA"', raw['peft_type']);
  for (const [field, value] of Object.entries(raw)) {
    if (anything.includes(field) || isEmpty(value) || allowed[field]?.(value) === true) continue;
    throw new InputError(
      `${where}: '${field}' is ${JSON.stringify(value)}; adapters with that are not supported`,
    );
  }
  const rank = raw['r'];
  if (!(Number.isInteger(rank) && (rank as number) > 0)) throw mustBe(where, 'r', 'a positive integer', rank);
  const number = (field: string, least: number, fallback?: number): number => {
    const value = raw[field] ?? fallback;
    if (typeof value === 'number' && value >= least) return value;
    throw mustBe(where, field, `a number ≥ ${least}`, value);
  };
  const base = raw['base_model_name_or_path'];
  if (typeof base !== 'string' || base === '')
    throw mustBe(where, 'base_model_name_or_path', "the base model's directory", base);
  const targets = raw['target_modules'];
  const isTargets =
    typeof targets === 'string' ||
    (Array.isArray(targets) && targets.every((name) => typeof name === 'string'));
  if (!isTargets) throw mustBe(where, 'target_modules', 'a text or a list of names', targets);
  return {
    rank: rank as number,
    alpha: number('lora_alpha', 0),
    useRslora: raw['use_rslora'] === true,
    dropout: number('lora_dropout', 0, 0),
    targets: targets as Lora['targets'],
    base,
  };
}

/** @param layers that have the adapter. @param heads that are saved with it, e.g. `score`. */
export function toPeftConfig(
  lora: Lora & { readonly base: string },
  layers: readonly string[],
  heads: readonly string[],
): Record<string, unknown> {
  const { rank, alpha, useRslora, dropout, targets, base } = lora;
  const taskType: TaskType = heads.includes('score') ? 'SEQ_CLS' : 'CAUSAL_LM';
  // PEFT's `all-linear` leaves heads out by what they are in its own model; names say the same everywhere.
  const names = [...new Set(layers.map((layer) => layer.split('.').at(-1) as string))];
  return {
    peft_type: 'LORA',
    task_type: taskType,
    base_model_name_or_path: base,
    r: rank,
    lora_alpha: alpha,
    lora_dropout: dropout,
    use_rslora: useRslora,
    target_modules: targets === 'all-linear' ? names : targets,
    bias: 'none',
    fan_in_fan_out: false,
    init_lora_weights: true,
    inference_mode: true,
    modules_to_save: heads.length === 0 ? null : heads,
    use_dora: false,
    rank_pattern: {},
    alpha_pattern: {},
  };
}
