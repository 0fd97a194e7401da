/** How a command line fills the slots of stages: the flags of each kind, and what they name. */
import * as field from '../fields';
import { InputError } from '../errors';
import { modelFolder } from '../flow/formats';
import { givenInput, type Input } from '../flow/input';
import type { Slot, SlotValues } from '../flow/stage';
import { columnFlags, formatFlag } from '../preferences/readers/column-flags';
import {
  demonstrationFormats,
  promptFormats,
  readDemonstrations,
  readPrompts,
  type ReadOptions,
} from '../preferences/readers/open';
import type { ForgettingChecks } from '../probes/forgetting';
import type { PreferencePair, Scorer } from '../types';
import { checkFlags, checksInput, forgettingFlags, type ForgettingFlags } from './forgetting';
import { pairFlags, readUsablePairs, type PairFlags } from './pairs';
import { templateCheck } from './template-check';
import { chosenReward, resolveReward, rewardFiles, rewardFlags, type RewardFlags } from './scorers';

/** The flags of all kinds of slots; a command has those of its stage's. */
export interface SlotFlags extends RewardFlags, PairFlags, ForgettingFlags {
  readonly model?: string;
  readonly demonstrations?: string;
  readonly prompts?: string;
  readonly pairs?: string;
}

interface SlotKind<T> {
  fields(slot: Slot<unknown>): object;
  /** Of the flags, for `--help`. */
  readonly example: string;
  /** What the flags name; none when they are not given. @param slot that it is for; none where it only helps to fill one. */
  input(command: string, flags: SlotFlags, slot?: Slot<unknown>): Input<T> | undefined;
}

export const slotKinds: { readonly [K in keyof SlotValues]: SlotKind<SlotValues[K]> } = {
  model: {
    fields: (slot) => ({ model: pathField(slot) }),
    example: '--model runs/sft-01/model',
    input: (_, { model }) => fileInput(model, modelFolder.read, modelFolder.close),
  },
  demonstrations: {
    fields: (slot) => ({
      demonstrations: pathField(slot),
      ...rowFields(slot, { demonstrations: demonstrationFormats }),
    }),
    example: '--demonstrations demonstrations.jsonl',
    input: (_, flags, slot) =>
      fileInput(flags.demonstrations, (path) => readDemonstrations(path, readOptions(flags, slot))),
  },
  prompts: {
    fields: (slot) => ({ prompts: pathField(slot), ...rowFields(slot, { prompts: promptFormats }) }),
    example: '--prompts prompts.jsonl',
    input: (_, flags, slot) =>
      fileInput(flags.prompts, (path) => readPrompts(path, readOptions(flags, slot))),
  },
  pairs: {
    fields: (slot) => ({ pairs: pathField(slot), ...pairFlags }),
    example: '--pairs pairs.jsonl',
    input: pairsInput,
  },
  scorer: {
    fields: () => rewardFlags,
    example: '--reward-model runs/reward-01/model',
    input: scorerInput,
  },
  checks: {
    fields: () => checkFlags,
    example: '--probes all',
    input: (_, flags) => checksInput(flags, {}),
  },
  forgetting: {
    fields: () => forgettingFlags,
    example: '--probes all --probe-every 20',
    input: forgettingInput,
  },
};

function pathField({ doc, optional }: Slot<unknown>) {
  return optional ? field.path(doc).optional() : field.path(doc);
}

/** `--format` names the layout of the rows that a command must be given; other files of its are recognised. */
function rowFields(slot: Slot<unknown>, formats: Parameters<typeof formatFlag>[0]): object {
  return { ...columnFlags, ...(!slot.optional && { format: formatFlag(formats) }) };
}

function readOptions(
  { model, format, ignoreColumns }: SlotFlags,
  slot: Slot<unknown> | undefined,
): ReadOptions {
  const named = slot !== undefined && !slot.optional;
  return { ignoreColumns, ...(named && { format }), ...templateCheck(model) };
}

function fileInput<T>(
  path: string | undefined,
  read: (path: string) => T | Promise<T>,
  close?: (value: T) => void,
): Input<T> | undefined {
  if (path === undefined) return undefined;
  return givenInput(__filename, { path }, { read, ...(close && { close }) });
}

function pairsInput(command: string, flags: SlotFlags): Input<readonly PreferencePair[]> | undefined {
  const { pairs: path } = flags;
  if (path === undefined) return undefined;
  return {
    sources: [{ path }],
    modules: [__filename],
    open: async ([file], run) => {
      const { pairs, badRows } = await readUsablePairs(command, file as string, flags, run);
      return { value: pairs, results: { badRows }, close: () => {} };
    },
  };
}

/** @throws {InputError} as {@link chosenReward}. */
function scorerInput(command: string, flags: SlotFlags): Input<Scorer> | undefined {
  const reward = chosenReward(command, flags);
  if (reward === undefined) return undefined;
  return {
    sources: rewardFiles(reward).map((path) => ({ path })),
    modules: [__filename],
    open: async () => ({ value: await resolveReward(reward), close: () => {} }),
  };
}

/** @throws {InputError} for a threshold of probes without probes. */
function forgettingInput(command: string, flags: SlotFlags): Input<ForgettingChecks> | undefined {
  const { probes, probeEvery, probeThreshold } = flags;
  if (probeThreshold !== undefined && probes === undefined)
    throw new InputError(`${command}: --probe-threshold is for --probes, which is not given`);
  return checksInput(flags, {
    every: probeEvery,
    ...(probeThreshold !== undefined && { threshold: probeThreshold }),
  });
}

/** @throws {InputError} for a slot that must be filled and is not. */
export function requireSlot(command: string, name: string, slot: Slot<unknown>, input: unknown): void {
  if (input !== undefined || slot.optional) return;
  throw new InputError(
    slot.kind === 'scorer'
      ? `${command}: either --reward-model or --reward must be given`
      : `${command}: --${name} must be given`,
  );
}
