/** Stages connected by handles: order, keys and hashes follow from what each was given. */
import { join } from 'node:path';
import { unknownName } from '../errors';
import { stableJson } from '../stable-json';
import { codeKey, shortHash } from './code-keys';
import { handleOf, isHandle, type Handle, type Input } from './input';
import type { Outputs, Slot, Slots, Stage } from './stage';

/** How another process makes the same flow: a module that exports `flowOf`, and what it is given. */
export interface FlowRecipe {
  /** `__filename` of the module. */
  readonly module: string;
  /** Plain JSON. */
  readonly config: object;
}

/** What such a module exports. */
export interface FlowModule {
  readonly flowOf: (config: object) => Flow;
}

/** A stage in a flow, with what it was given. */
export interface FlowNode {
  /** Names it in its flow, and its folder. */
  readonly label: string;
  readonly stage: Stage;
  readonly config: object;
  /** By slot; slots that stay empty are left out. */
  readonly inputs: Readonly<Record<string, Input<unknown>>>;
  readonly recipe: FlowRecipe;
  /** The stages that it reads from, each once. */
  readonly upstream: readonly FlowNode[];
  /** Hash of what decides its results, whatever computes them: code, configuration, inputs. */
  key(): string;
}

/** What fills the slots of a stage. */
export type InputsOf<S> = {
  readonly [
    K in keyof S as S[K] extends Slot<infer T> ? (undefined extends T ? never : K) : never
  ]: S[K] extends Slot<infer T> ? Input<T> : never;
} & {
  readonly [K in keyof S as S[K] extends Slot<infer T> ? (undefined extends T ? K : never) : never]?:
    (S[K] extends Slot<infer T> ? Input<Exclude<T, undefined>> : never) | undefined;
};

/** The outputs of a stage in a flow, and the stage itself as `node`. */
export type HandlesOf<O extends Outputs> = {
  readonly [K in keyof O]: O[K] extends { readonly format: { read(path: string): infer T } }
    ? Handle<Awaited<T>>
    : never;
} & { readonly node: FlowNode };

export interface Flow {
  readonly recipe: FlowRecipe;
  /** In the order in which they were added: each comes after those that it reads from. */
  readonly nodes: readonly FlowNode[];
  /**
   * Adds a stage.
   *
   * @param label the stage's name when absent.
   */
  add<S extends Slots, O extends Outputs, C extends object>(
    stage: Stage<S, O, C>,
    inputs: InputsOf<S>,
    config: C,
    label?: string,
  ): HandlesOf<O>;
  /** @throws {InputError} with the near match for a label that no stage has. */
  node(label: string): FlowNode;
}

export function createFlow(recipe: FlowRecipe): Flow {
  const nodes: FlowNode[] = [];
  return {
    recipe,
    nodes,
    add(stage, inputs, config, label = stage.name) {
      if (nodes.some((node) => node.label === label)) throw new Error(`the flow has two stages ${label}`);
      const node = createNode(recipe, stage as unknown as Stage, inputs, config, label);
      nodes.push(node);
      const handles = Object.entries(stage.outputs).map(([name, { file, format }]) => [
        name,
        handleOf(node, file, format),
      ]);
      return { ...Object.fromEntries(handles), node } as HandlesOf<typeof stage.outputs>;
    },
    node(label) {
      const node = nodes.find((candidate) => candidate.label === label);
      if (node !== undefined) return node;
      const labels = nodes.map((candidate) => candidate.label);
      throw unknownName('flow', 'stage', label, labels);
    },
  };
}

function createNode(
  recipe: FlowRecipe,
  stage: Stage,
  given: object,
  config: object,
  label: string,
): FlowNode {
  const inputs = Object.fromEntries(
    Object.keys(stage.inputs).flatMap((name) => {
      const input = (given as Record<string, Input<unknown> | undefined>)[name];
      return input === undefined ? [] : [[name, input]];
    }),
  );
  const sources = Object.values(inputs).flatMap((input) => input.sources);
  let key: string | undefined;
  return {
    label,
    stage,
    config,
    inputs,
    recipe,
    upstream: [...new Set(sources.filter(isHandle).map(({ node }) => node))],
    key: () => (key ??= shortHash(stableJson([codeKey(stage.module), config, inputKeys(inputs)]))),
  };
}

/** What decides the values of inputs. */
function inputKeys(inputs: Readonly<Record<string, Input<unknown>>>): unknown[] {
  return Object.entries(inputs).map(([name, { sources, modules, settings }]) => [
    name,
    settings ?? null,
    modules.map(codeKey),
    sources.map((source) => (isHandle(source) ? [source.node.key(), source.file] : contentHash(source))),
  ]);
}

function contentHash({ path, sha256 }: { readonly path: string; readonly sha256?: string }): string {
  if (sha256 === undefined) throw new Error(`the contents of ${path} have no hash`);
  return sha256;
}

/** Some stages and all that they read from, each after those that it reads from. */
export function nodesBehind(nodes: readonly FlowNode[]): FlowNode[] {
  const found = new Set<FlowNode>();
  const add = (node: FlowNode): void => {
    if (found.has(node)) return;
    node.upstream.forEach(add);
    found.add(node);
  };
  nodes.forEach(add);
  return [...found];
}

/** Where files of a flow's stages are, by label and name: `sft/model`. */
export function stageFiles(flow: Flow, folder: (node: FlowNode) => string): (file: string) => string {
  return (file) => {
    const [label = '', ...rest] = file.split('/');
    return join(folder(flow.node(label)), ...rest);
  };
}
