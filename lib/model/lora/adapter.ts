/** A model with an adapter: the base's own tensors, and beside them the two small matrices of each layer that has one. */
import * as tf from '@tensorflow/tfjs';
import { InputError } from '../../errors';
import { createRng } from '../../random';
import { disposeTree } from '../../tensor/pytree';
import type { ModelConfig } from '../config';
import { familyOf } from '../families';
import { pickParams, type Params } from '../params';
import { allLinear, loraScale, type Lora, type LoraOptions } from './config';
import { adaptedLayers, isOfAdapter, isTrainedWithAdapter, linearLayers, loraA, loraB } from './names';

/** What an adapter is put on. */
export interface Adaptable {
  readonly params: Params;
  readonly config: ModelConfig;
  /** Where it was loaded from. */
  readonly directory?: string;
}

/**
 * The model with a fresh adapter, or the model itself when no `loraRank` is given. Its tensors are those of the given model, none of
 * them copied, and for each target A ~ U(±1/√in) [r, in] and B = 0 [out, r]: until the first update the model computes what it did.
 * The caller disposes A and B.
 *
 * @param options fields of a trainer; the seed decides A.
 * @param where begins the error messages.
 * @throws {InputError} when a target matches no layer, when other LoRA fields stand without `loraRank`, and when the model has an
 * adapter already or is of a family whose files name layers otherwise than Llama's.
 * @see Hu et al. 2021 (arXiv:2106.09685); A as PEFT draws it, Kaiming uniform with a = √5.
 *
 * @example
 * ```ts
 * import * as kit from 'rlhf-kit';
 *
 * await kit.useEngine();
 * const config = kit.parseConfig('sft', kit.sftFields, { loraRank: 8, learningRate: 1e-3 });
 * const model = kit.addAdapter(kit.loadModel('runs/start/world/model'), config);
 * const rows = await kit.readDemonstrations('runs/start/world/demonstrations.jsonl');
 * const params = await kit.trainSft(model, rows, config, await kit.scratchRun('sft', config));
 * kit.saveModel('runs/mine/sft', { ...model, params }); // the adapter alone
 * ```
 */
export function addAdapter<M extends Adaptable>(
  model: M,
  options: LoraOptions & { readonly seed: number },
  where = 'addAdapter',
): M {
  const { loraRank: rank = 0, loraAlpha = 2 * rank, loraTargets, loraDropout = 0, useRslora = false } = options; // prettier-ignore
  if (rank === 0) {
    for (const field of ['loraAlpha', 'loraTargets', 'loraDropout', 'useRslora'] as const)
      if (options[field] !== undefined)
        throw new InputError(`${where}: '${field}' is for a new adapter and needs loraRank, got none`);
    return model;
  }
  if (model.config.lora !== undefined) {
    throw new InputError(
      `${where}: the model has an adapter already; leave loraRank out to train that one further, or merge it first (rlhf-kit merge)`,
    );
  }
  requireOwnNames(model.config, where);
  const targets = loraTargets?.split(',').map((target) => target.trim()) ?? allLinear;
  const rng = createRng(options.seed).fork('lora');
  const params: Params = { ...model.params };
  for (const layer of targetLayers(model.params, targets, where)) {
    const [outputs, inputs] = model.params[`${layer}.weight`]?.shape as [number, number];
    const bound = 1 / Math.sqrt(inputs);
    const uniforms = rng.fork(layer).uniforms(rank * inputs);
    params[loraA(layer)] = tf.tensor2d(uniforms.map((u) => bound * (2 * u - 1)), [rank, inputs]); // prettier-ignore
    params[loraB(layer)] = tf.zeros([outputs, rank]);
  }
  const lora: Lora = {
    rank,
    alpha: loraAlpha,
    useRslora,
    dropout: loraDropout,
    targets,
    ...(model.directory !== undefined && { base: model.directory }),
  };
  return { ...model, params, config: { ...model.config, lora } };
}

/** PEFT's directory names layers as the family's files do, where some have several of ours in one tensor. */
function requireOwnNames({ family = 'llama' }: ModelConfig, where: string): void {
  const { modules, transposed } = familyOf(family, where);
  if (modules !== undefined || transposed !== undefined)
    throw new InputError(
      `${where}: adapters are not supported for models of the family '${family}', whose files name layers otherwise than Llama's; train it whole`,
    );
}

/** Layers whose names are targets or end with one. @throws {InputError} for a target that is no layer's name. */
function targetLayers(params: Params, targets: string | readonly string[], where: string): string[] {
  const layers = linearLayers(params);
  if (typeof targets === 'string') return layers;
  const matches = (layer: string, target: string): boolean =>
    layer === target || layer.endsWith(`.${target}`);
  for (const target of targets) {
    if (layers.some((layer) => matches(layer, target))) continue;
    const known = [...new Set(layers.map((layer) => layer.split('.').at(-1)))];
    throw new InputError(`${where}: loraTargets: no layer is named '${target}' (known: ${known.join(', ')})`);
  }
  return layers.filter((layer) => targets.some((target) => matches(layer, target)));
}

/** Runs something on the model with the adapter that the options ask for; a fresh one is disposed afterwards. */
export async function withAdapter<M extends Adaptable, R>(
  where: string,
  model: M,
  options: LoraOptions & { readonly seed: number },
  use: (model: M) => Promise<R>,
): Promise<R> {
  const adapted = addAdapter(model, options, where);
  try {
    return await use(adapted);
  } finally {
    if (adapted !== model) disposeTree(pickParams(adapted.params, isOfAdapter));
  }
}

/**
 * Which parameters a trainer trains: with an adapter its own and the heads', else all.
 *
 * @throws {InputError} when the configuration asks for an adapter that the model does not have.
 */
export function trainedParts(
  stage: string,
  { lora }: Pick<ModelConfig, 'lora'>,
  { loraRank = 0 }: Pick<LoraOptions, 'loraRank'>,
): { readonly isTrained?: (name: string) => boolean } {
  if (lora !== undefined) return { isTrained: isTrainedWithAdapter };
  if (loraRank === 0) return {};
  throw new InputError(
    `${stage}: loraRank is ${loraRank}, and the model has no adapter; give addAdapter(model, config)`,
  );
}

/** The model before its adapter has learnt anything: of a fresh one, which adds 0, the base alone. A trained one stays. */
export function beforeTraining<M extends Pick<Adaptable, 'params'>>(model: M): M {
  const adds = adaptedLayers(model.params).some((layer) =>
    model.params[loraB(layer)]?.dataSync().some((value) => value !== 0),
  );
  return adds ? model : { ...model, params: pickParams(model.params, (name) => !isOfAdapter(name)) };
}

/**
 * The model with its adapter added into the layers' own matrices, W + s·B·A; without an adapter the model itself. The caller owns the
 * parameters; those that no adapter changes are shared with the given model, not copied.
 *
 * @example
 * ```ts
 * import { loadModel, mergeAdapter, saveModel, useEngine } from 'rlhf-kit';
 *
 * await useEngine();
 * saveModel('runs/merged', mergeAdapter(loadModel('runs/dpo-01/model')));
 * ```
 */
export function mergeAdapter<M extends Adaptable>(model: M): M {
  const { lora, ...config } = model.config;
  if (lora === undefined) return model;
  const params: Params = {};
  for (const [name, weight] of Object.entries(model.params)) {
    if (isOfAdapter(name)) continue;
    const layer = name.replace(/\.weight$/, '');
    const [a, b] = [model.params[loraA(layer)], model.params[loraB(layer)]] as (tf.Tensor2D | undefined)[];
    params[name] =
      a === undefined || b === undefined
        ? weight.clone()
        : tf.tidy(() => tf.add(weight, tf.mul(tf.matMul(b, a), loraScale(lora))));
  }
  const merged = { ...model, params, config };
  // It is no longer what lies there.
  delete (merged as { directory?: string }).directory;
  return merged;
}
