/** A stage, defined once beside what it runs: what it reads, what it writes, its configuration. Commands, flows and workers follow from it. */
import type { FieldsOf } from '../fields';
import type { Model } from '../model/directory';
import type { Checks, ForgettingChecks } from '../probes/forgetting';
import type { RunDirectory } from '../train/run-directory';
import type { Demonstration, PreferencePair, PromptRecord, Scorer } from '../types';
import type { Format } from './formats';

/** What commands can be given as files and folders. */
export interface SlotValues {
  readonly model: Model;
  readonly demonstrations: readonly Demonstration[];
  readonly prompts: readonly PromptRecord[];
  readonly pairs: readonly PreferencePair[];
  readonly scorer: Scorer;
  readonly checks: Checks;
  readonly forgetting: ForgettingChecks;
}

/** Something that a stage reads: a value of type T, wherever it comes from. */
export interface Slot<T> {
  /** How a command is given it; absent of what only other stages make. */
  readonly kind?: keyof SlotValues;
  readonly doc: string;
  readonly optional?: true;
  /** Never there: it carries the type. */
  readonly value?: T;
}

export type Slots = Readonly<Record<string, Slot<unknown>>>;

/** The value of each slot. */
export type ValuesOf<S> = { readonly [K in keyof S]: S[K] extends Slot<infer T> ? T : never };

/** A slot that commands can fill too. */
export function slot<K extends keyof SlotValues>(kind: K, doc: string): Slot<SlotValues[K]> {
  return { kind, doc };
}

/** A slot that only other stages, or values made of theirs, can fill. */
export function innerSlot<T>(doc: string): Slot<T> {
  return { doc };
}

/** The same slot, which may stay empty. */
export function optional<T>({ kind, doc }: Slot<T>): Slot<T | undefined> {
  return { ...(kind !== undefined && { kind }), doc, optional: true };
}

/** A file or folder that a stage writes, and how it is read. */
export interface Output<T> {
  /** Below the stage's folder. */
  readonly file: string;
  readonly format: Format<T>;
}

export type Outputs = Readonly<Record<string, Output<unknown>>>;

export function output<T>(file: string, format: Format<T>): Output<T> {
  return { file, format };
}

/** What a stage leaves in its manifest besides its files. */
export type StageResults = Readonly<Record<string, unknown>>;

/** S: slots, O: outputs, C: configuration. */
export interface Stage<S extends Slots = Slots, O extends Outputs = Outputs, C extends object = object> {
  readonly name: string;
  /** `__filename` of the module that defines it: its code, and what that imports, is part of what decides its results. */
  readonly module: string;
  /** One line for the list of commands. */
  readonly summary?: string;
  /** Whether it trains, in steps of a number `maxSteps`: its command can then show what a step takes. */
  readonly trains?: true;
  /** The fields of its configuration, where it can be a command. */
  readonly fields?: FieldsOf<C>;
  readonly inputs: S;
  readonly outputs: O;
  /** Reads nothing but its inputs and its configuration, and writes its outputs into the run's folder. */
  run(inputs: ValuesOf<S>, config: Readonly<C>, run: RunDirectory): Promise<StageResults | void>;
}

/**
 * Lets the compiler infer and check the types of a stage.
 *
 * @example
 * ```ts
 * import { defineStage, output, readPairs, slot, writePairs } from 'rlhf-kit';
 *
 * export const fewPairsStage = defineStage({
 *   name: 'few-pairs',
 *   module: import.meta.filename,
 *   inputs: { pairs: slot('pairs', 'file of preference pairs') },
 *   outputs: { pairs: output('pairs.jsonl', { read: readPairs }) },
 *   run: async ({ pairs }, _, run) => writePairs(run.file('pairs.jsonl'), pairs.slice(0, 100)),
 * });
 * ```
 */
export function defineStage<S extends Slots, O extends Outputs, C extends object>(
  stage: Stage<S, O, C>,
): Stage<S, O, C> {
  return stage;
}
