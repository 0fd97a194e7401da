/** Checkpoints: everything a run needs to go on as if it had never stopped, swapped in whole. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';
import { readJson, writeJson } from '../files';
import { readSafetensors, writeSafetensors } from '../model/weights';
import type { AdamwMoments, NamedTensors } from './adamw';
import { checkpointSteps, newestCheckpoint } from './checkpoint-steps';
import type { Metrics } from './metrics';

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Optimizer updates done; AdamW's bias correction and the schedule count these. */
  readonly updates: number;
  readonly params: NamedTensors;
  readonly moments: AdamwMoments;
  /** Numbers a trainer adapts as it goes: a KL coefficient, a learning-rate factor. Random streams need none (see random.ts). */
  readonly carry: Readonly<Record<string, number>>;
  /** Metrics of steps that no logged row holds yet. */
  readonly pending: readonly Metrics[];
}

/** Writes `checkpoint-<step>` and removes the ones before it. A kill in the middle leaves the old one in place. */
export function saveCheckpoint(runDirectory: string, checkpoint: Checkpoint): void {
  const { step, updates, params, moments, carry, pending } = checkpoint;
  const target = join(runDirectory, `checkpoint-${step}`);
  const temporary = `${target}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeSafetensors(join(temporary, 'state.safetensors'), {
    ...prefixed('params.', params),
    ...prefixed('m.', moments.m),
    ...prefixed('v.', moments.v),
  });
  writeJson(join(temporary, 'trainer.json'), { step, updates, carry, pending });
  rmSync(target, { recursive: true, force: true });
  renameSync(temporary, target);
  for (const older of checkpointSteps(runDirectory)) {
    if (older !== step) rmSync(join(runDirectory, `checkpoint-${older}`), { recursive: true, force: true });
  }
}

/**
 * Reads the newest checkpoint of a run; undefined when it has none yet.
 *
 * @throws {InputError} when the checkpoint is not of a model with the given parameters.
 */
export function loadCheckpoint(runDirectory: string, params: NamedTensors): Checkpoint | undefined {
  const newest = newestCheckpoint(runDirectory);
  if (newest === 0) return undefined;
  const directory = join(runDirectory, `checkpoint-${newest}`);
  const trainer = readJson<Pick<Checkpoint, 'step' | 'updates' | 'carry' | 'pending'>>(
    join(directory, 'trainer.json'),
  );
  const state = readSafetensors(join(directory, 'state.safetensors'));
  const part = (prefix: string): NamedTensors =>
    Object.fromEntries(
      Object.entries(params).map(([name, { shape }]) => {
        const tensor = state[`${prefix}${name}`];
        if (tensor === undefined || tensor.shape.join() !== shape.join()) {
          throw new InputError(
            `${directory}: ${prefix}${name} must be [${shape.join()}], got ${tensor === undefined ? 'nothing' : `[${tensor.shape.join()}]`}; the run was made from another model`,
          );
        }
        return [name, tensor];
      }),
    );
  return { ...trainer, params: part('params.'), moments: { m: part('m.'), v: part('v.') } };
}

function prefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
