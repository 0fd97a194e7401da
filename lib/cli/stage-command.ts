/** The command of a stage: its flags, what they name, its run folder, its result. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compilations, watchCompiling } from '../backend';
import type { FieldsOf } from '../fields';
import { InputError } from '../errors';
import { createFlow, type FlowNode, type InputsOf } from '../flow/flow';
import { sharedInput, type Input } from '../flow/input';
import { completeManifest, runStage } from '../flow/run-stage';
import type { Outputs, Slot, Slots, Stage } from '../flow/stage';
import { durationText } from '../number-text';
import { DryRunEnd, type StepAccount } from '../train/dry-run';
import { dryRunFields, runFields, type RunConfig } from '../train/fields';
import { defineCommand, type Command } from './command';
import { startEngine } from './restart';
import { runFolder } from './run-folder';
import { requireSlot, slotKinds, type SlotFlags } from './slots';

/** X: flags that a command has besides those of its stage and of the stage's slots. */
export interface StageCommand<S, C, X> {
  readonly fields?: FieldsOf<X>;
  /** What fills slots that flags name in a way of their own. @param given what fills the others. */
  readonly inputs?: (
    config: Readonly<C & X & SlotFlags>,
    given: Partial<InputsOf<S>>,
  ) => Partial<InputsOf<S>>;
  /** Flags of the example that are not those of the slots that must be filled. */
  readonly example?: string;
}

/**
 * The command that runs a stage on files.
 *
 * @param stage one with fields and a summary.
 */
export function commandOf<S extends Slots, O extends Outputs, C extends object, X extends object = object>(
  stage: Stage<S, O, C>,
  { fields: extra, inputs: fill, example }: StageCommand<S, C, X> = {},
): Command {
  const { name, summary = '', fields = {}, trains = false } = stage;
  const slots = Object.entries<Slot<unknown>>(stage.inputs);
  const kinds = slots.flatMap(([, slot]) =>
    slot.kind === undefined ? [] : [{ slot, ...slotKinds[slot.kind] }],
  );
  const examples = kinds.flatMap(({ slot, example: flags }) => (slot.optional ? [] : [flags]));
  return defineCommand<RunConfig & { readonly dryRun?: boolean }>({
    name,
    summary,
    fields: Object.assign(
      {},
      ...kinds.map((kind) => kind.fields(kind.slot)),
      extra,
      runFields,
      trains ? dryRunFields : {},
      fields,
    ) as FieldsOf<RunConfig & { readonly dryRun?: boolean }>,
    example: ['npx rlhf-kit', name, ...(example === undefined ? examples : [example])].join(' '),
    async run(flags) {
      const inputs = inputsOf(
        name,
        slots,
        flags as object as SlotFlags,
        fill as Parameters<typeof inputsOf>[3],
      );
      const engine = await startEngine(flags.engine);
      if (flags.dryRun === true) {
        const flow = createFlow({ module: __filename, config: flags });
        // Rows are read for one step only.
        const { node } = flow.add(stage, inputs as InputsOf<S>, { ...(flags as unknown as C), maxSteps: 1 });
        return { command: name, engine, ...(await dryRun(name, node, engine)) };
      }
      const folder = runFolder(name, flags);
      if (flags.resume && completeManifest(folder) !== undefined)
        throw new InputError(`${name}: the run in ${folder} is complete; there is nothing to resume`);
      const flow = createFlow({ module: __filename, config: flags });
      const { node } = flow.add(stage, inputs as InputsOf<S>, flags as unknown as C);
      let compiling = false;
      const unwatch = watchCompiling(() => (compiling = true));
      const manifest = await runStage(node, {
        command: name,
        folder,
        folderOf: () => folder,
        engine,
        resume: flags.resume,
        config: { ...flags, out: folder },
      }).finally(unwatch);
      const compiled = compilations();
      if (compiled !== undefined && compiling) {
        process.stderr.write(
          `${name}: compiling took ${durationText(compiled.seconds)}; what was compiled is kept, so the next run begins sooner\n`,
        );
      }
      process.stderr.write(`${name}: the run is in ${folder}\n`);
      const { inputs: read, versions, complete, finishedAt, command, ...results } = manifest;
      void [read, versions, complete, finishedAt];
      const written = Object.entries(stage.outputs).map(([key, { file }]) => [key, `${folder}/${file}`]);
      return {
        command,
        out: folder,
        ...(Object.fromEntries(written) as Record<string, string>),
        ...results,
        ...(compiled && { compiled }),
      };
    },
  });
}

/** Runs a stage up to its first step, in a folder that is taken away again. */
async function dryRun(command: string, node: FlowNode, engine: string): Promise<StepAccount> {
  const folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-dry-'));
  const place = { command, folder: join(folder, 'run'), folderOf: () => folder, engine, resume: false };
  try {
    await runStage(node, { ...place, isDry: true });
    throw new Error(`${command}: the stage has no first step`);
  } catch (error) {
    if (error instanceof DryRunEnd) return error.account;
    throw error;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

type Inputs = Readonly<Record<string, Input<unknown> | undefined>>;

function inputsOf(
  command: string,
  slots: readonly (readonly [string, Slot<unknown>])[],
  flags: Readonly<SlotFlags>,
  fill: ((config: object, given: Inputs) => Inputs) | undefined,
): Inputs {
  const given = Object.fromEntries(
    slots.flatMap(([name, slot]) => {
      const { kind } = slot;
      const input = kind && (slotKinds[kind].input(command, flags, slot) as Input<unknown> | undefined);
      return input === undefined ? [] : [[name, sharedInput(input)]];
    }),
  );
  const inputs: Inputs = { ...given, ...fill?.(flags, given) };
  for (const [name, slot] of slots) requireSlot(command, name, slot, inputs[name]);
  return inputs;
}
