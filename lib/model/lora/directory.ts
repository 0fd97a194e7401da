/** Adapters as directories in PEFT's layout: adapter_config.json, adapter_model.safetensors, and a file that tells their base. */
import { existsSync } from 'node:fs';
import { isAbsolute, join, relative, resolve } from 'node:path';
import { InputError } from '../../errors';
import { readJson, writeJson } from '../../files';
import { disposeTree } from '../../tensor/pytree';
import { pickParams, type Params } from '../params';
import { readSafetensors, writeSafetensors, type WeightType } from '../weights';
import type { Adaptable } from './adapter';
import { checksumsOf, requireSameBase, type Checksums } from './base';
import type { Lora } from './config';
import { adaptedLayers, isOfAdapter, isTrainedWithAdapter, layerOf, loraA, loraB } from './names';
import { adapterConfigFile, parsePeftConfig, toPeftConfig } from './peft-config';

const weightsFile = 'adapter_model.safetensors';
/** What PEFT's names begin with: its model holds transformers' model. */
const prefix = 'base_model.model.';
/** Checksums of the base's tensors. PEFT passes over files that it does not know. */
const checksumsFile = 'adapter_base.json';

/** An adapter's configuration with the directory of its base. */
export type OpenedAdapter = Lora & { readonly base: string };

/** Whether a directory holds an adapter instead of a whole model. */
export function isAdapterDirectory(directory: string): boolean {
  return existsSync(join(directory, adapterConfigFile));
}

/**
 * Reads the configuration of an adapter. A relative path of the base counts from the adapter's directory, or from the current one.
 *
 * @throws {InputError} for what {@link parsePeftConfig} refuses, and when the base is in none of these places.
 */
export function openAdapter(directory: string): OpenedAdapter {
  const where = join(directory, adapterConfigFile);
  const lora = parsePeftConfig(readJson(where), where);
  const places = isAbsolute(lora.base) ? [lora.base] : [join(directory, lora.base), lora.base];
  const base = places.find((place) => existsSync(join(place, 'config.json')));
  if (base === undefined) {
    throw new InputError(
      `${where}: the base model is not there: 'base_model_name_or_path' must be its directory, got '${lora.base}' (looked in ${places.map((place) => resolve(place)).join(' and ')})`,
    );
  }
  if (isAdapterDirectory(base))
    throw new InputError(`${where}: the base ${base} is an adapter itself; merge it first (rlhf-kit merge)`);
  return { ...lora, base };
}

/**
 * The base with an adapter on it, which takes the base's tensors over: those, the adapter's, and the heads that are saved with it in place of the base's own.
 *
 * @throws {InputError} when a tensor of the adapter fits no layer of the base, or when the base is not the one it was trained on.
 */
export function readAdapter<M extends Adaptable>(directory: string, lora: OpenedAdapter, base: M): M {
  const path = join(directory, weightsFile);
  const sums = join(directory, checksumsFile);
  const read = Object.fromEntries(
    Object.entries(readSafetensors(path)).map(([name, tensor]) => [
      name.startsWith(prefix) ? name.slice(prefix.length) : name,
      tensor,
    ]),
  );
  try {
    if (existsSync(sums)) {
      const expected = readJson<Checksums>(sums);
      const known = pickParams(base.params, (name) => expected[name] !== undefined);
      requireSameBase(sums, expected, checksumsOf(known), lora.base);
    }
    for (const name of Object.keys(read)) checkTensor(path, name, read, base.params, lora);
  } catch (error) {
    disposeTree([read, base.params]);
    throw error;
  }
  disposeTree(Object.keys(read).map((name) => base.params[name]));
  return { ...base, params: { ...base.params, ...read }, config: { ...base.config, lora } };
}

function checkTensor(
  path: string,
  name: string,
  read: Params,
  base: Params,
  { rank, base: place }: OpenedAdapter,
): void {
  const tensor = read[name] as Params[string];
  if (!isTrainedWithAdapter(name))
    throw new InputError(
      `${path}: ${prefix}${name} is neither of a linear layer's adapter nor a head; it is not supported`,
    );
  if (!isOfAdapter(name)) return;
  const layer = layerOf(name);
  const weight = base[`${layer}.weight`];
  if (weight === undefined || !layer.startsWith('model.layers.'))
    throw new InputError(`${path}: ${prefix}${name} belongs to no linear layer of ${place}`);
  const [outputs, inputs] = weight.shape as [number, number];
  const expected = name === loraA(layer) ? [rank, inputs] : [outputs, rank];
  if (tensor.shape.join() !== expected.join())
    throw new InputError(
      `${path}: ${prefix}${name} must be [${expected.join()}] for ${place}, got [${tensor.shape.join()}]`,
    );
  for (const other of [loraA(layer), loraB(layer)])
    if (read[other] === undefined)
      throw new InputError(`${path}: has ${prefix}${name} and no ${prefix}${other}`);
}

/**
 * Writes the adapter of a model and its heads, without the base.
 *
 * @throws {InputError} when the base is no directory: an adapter alone is of no use.
 */
export function writeAdapter(
  directory: string,
  { params, config: { lora } }: Adaptable,
  dtype: WeightType,
): void {
  const base = lora?.base;
  if (lora === undefined || base === undefined)
    throw new InputError(
      `${directory}: an adapter names the directory of its base; load the model from one, or merge the adapter`,
    );
  const own = pickParams(params, isTrainedWithAdapter);
  const heads = [...new Set(Object.keys(own).filter((name) => !isOfAdapter(name)).map((name) => name.split('.')[0] as string))]; // prettier-ignore
  writeJson(
    join(directory, adapterConfigFile),
    toPeftConfig({ ...lora, base: portable(base) }, adaptedLayers(params), heads),
  );
  writeJson(
    join(directory, checksumsFile),
    checksumsOf(pickParams(params, (name) => own[name] === undefined)),
  );
  writeSafetensors(
    join(directory, weightsFile),
    Object.fromEntries(Object.entries(own).map(([name, tensor]) => [prefix + name, tensor])),
    dtype,
  );
}

/** As seen from the current directory where the base lies in it, which is how PEFT reads a path; else absolute. */
function portable(base: string): string {
  const seen = relative(process.cwd(), resolve(base));
  return seen === '' || seen.startsWith('..') || isAbsolute(seen) ? resolve(base) : seen;
}
