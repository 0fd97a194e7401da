/** Checkpoints: everything a run needs to go on as if it had never stopped, swapped in whole. */
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { InputError } from '../errors';
import { readJson, writeJson } from '../files';
import { requireSameBase, type Checksums } from '../model/lora/base';
import { readSafetensors, writeSafetensors } from '../model/weights';
import type { AdamwMoments, NamedTensors } from './adamw';
import { checkpointSteps, newestCheckpoint } from './checkpoint-steps';
import type { StepMetrics } from './metrics';

/** Numbers that a trainer adapts as it goes: a KL coefficient, a learning-rate factor, tokens seen. */
export type TrainerState = Readonly<Record<string, number>>;

export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** Optimizer updates done; AdamW's bias correction and the schedule count these. */
  readonly updates: number;
  /** Those that are trained. */
  readonly params: NamedTensors;
  readonly moments: AdamwMoments;
  /** Of the parameters that are not. */
  readonly frozen: Checksums;
  /** Random streams need none (see random.ts). */
  readonly state: TrainerState;
  /** Metrics of steps that no logged row holds yet. */
  readonly pending: readonly StepMetrics[];
}

/** Writes `checkpoint-<step>` and removes the ones before it. A kill in the middle leaves the old one in place. */
export function saveCheckpoint(runDirectory: string, checkpoint: Checkpoint): void {
  const { step, updates, params, moments, frozen, state, pending } = checkpoint;
  const target = join(runDirectory, `checkpoint-${step}`);
  const temporary = `${target}.tmp`;
  rmSync(temporary, { recursive: true, force: true });
  mkdirSync(temporary, { recursive: true });
  writeSafetensors(join(temporary, 'state.safetensors'), {
    ...prefixed('params.', params),
    ...prefixed('m.', moments.m),
    ...prefixed('v.', moments.v),
  });
  writeJson(join(temporary, 'trainer.json'), {
    step,
    updates,
    state,
    pending,
    ...(Object.keys(frozen).length > 0 && { frozen }),
  });
  rmSync(target, { recursive: true, force: true });
  renameSync(temporary, target);
  for (const older of checkpointSteps(runDirectory)) {
    if (older !== step) rmSync(join(runDirectory, `checkpoint-${older}`), { recursive: true, force: true });
  }
}

/**
 * Reads the newest checkpoint of a run; undefined when it has none yet.
 *
 * @param expected parameters that are trained and checksums of the others, as a new run would begin with.
 * @throws {InputError} when the checkpoint is not of a model with these parameters, or when its trainer's state has other numbers than
 * the given one.
 */
export function loadCheckpoint(
  runDirectory: string,
  { params, frozen, state: initialState }: Pick<Checkpoint, 'params' | 'frozen' | 'state'>,
): Checkpoint | undefined {
  const newest = newestCheckpoint(runDirectory);
  if (newest === 0) return undefined;
  const directory = join(runDirectory, `checkpoint-${newest}`);
  const trainerFile = join(directory, 'trainer.json');
  const trainer = readJson<
    Omit<Checkpoint, 'params' | 'moments' | 'frozen'> & Partial<Pick<Checkpoint, 'frozen'>>
  >(trainerFile);
  requireSameBase(trainerFile, trainer.frozen ?? {}, frozen, 'the given model');
  const [expected, got] = [initialState, trainer.state ?? {}].map((state) =>
    Object.keys(state).sort().join(', '),
  );
  if (got !== expected) {
    throw new InputError(
      `${trainerFile}: 'state' must hold ${expected || 'nothing'}, got ${got || 'nothing'}; another version wrote it, start the run anew`,
    );
  }
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
  return { ...trainer, frozen, params: part('params.'), moments: { m: part('m.'), v: part('v.') } };
}

function prefixed(prefix: string, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(Object.entries(tensors).map(([name, tensor]) => [prefix + name, tensor]));
}
