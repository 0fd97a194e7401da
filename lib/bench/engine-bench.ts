/** Times the engines at training steps and generation, beside the Python stacks where they are asked for. */
import { availableParallelism, cpus } from 'node:os';
import { deviceKind, listEngines, nativeEngines } from '../backend';
import { InputError } from '../errors';
import { decimal } from '../number-text';
import { versions } from '../train/versions';
import { benchCase, benchCases, type BenchCase, type CaseName } from './cases';
import {
  engineContender,
  peerContender,
  peerNames,
  type Contender,
  type PeerDevice,
  type PeerName,
} from './contenders';
import { denseBfloat16Rate, modelFlops, tokensOf } from './flops';
import { stepMemory, type StepMemory } from './memory';
import { peersPython, pythonVersions } from './peers';
import { runCase, type CaseResult } from './rounds';

export interface EngineBenchOptions {
  readonly cases: readonly CaseName[];
  readonly rounds: number;
  /** Names of those that are timed; absent: all. The first engine always is. */
  readonly contenders?: readonly string[] | undefined;
  /** Sets of options for the first engine's compiler: each is a contender more. */
  readonly variants: readonly string[];
  /** Whether all contenders do their first round at once. */
  readonly together: boolean;
  /** Interpreter with the peers; 'make' makes an environment for them. */
  readonly python: string | undefined;
  /** Whether matrix products are taken in bfloat16. */
  readonly bf16: boolean;
  /** Where the peers compute. */
  readonly peersOn: PeerDevice;
  /** Seconds for each case; see {@link runCase}. */
  readonly limit: number | undefined;
  /** Whether the memory of training steps is looked at too. */
  readonly memory: boolean;
  readonly say: (line: string) => void;
}

export interface EngineBench {
  readonly versions: Readonly<Record<string, string>>;
  readonly device: Readonly<Record<string, string | number>>;
  readonly rounds: number;
  readonly precision: 'float32' | 'bfloat16';
  readonly cases: Readonly<Partial<Record<CaseName, CaseResult & CaseRates>>>;
  /** MiB at the worst moment of a step of the first engine. */
  readonly memory: Readonly<Partial<Record<CaseName, StepMemory>>>;
}

/** What medians come to, by contender. */
interface CaseRates {
  /** Of training steps: tokens read; of generation: tokens sampled. */
  readonly tokensPerSecond: Readonly<Record<string, number>>;
  /** Model FLOPs a second by the card's dense bfloat16 rate; empty where that is not known, or another precision computes. */
  readonly flopUse: Readonly<Record<string, number>>;
}

function ratesOf(work: BenchCase, { medianMs }: CaseResult, rate: number | undefined): CaseRates {
  const flops = modelFlops(work);
  const perSecond = (amount: number): Record<string, number> =>
    Object.fromEntries(Object.entries(medianMs).map(([name, ms]) => [name, (1000 * amount) / ms]));
  return {
    tokensPerSecond: perSecond(tokensOf(work)),
    flopUse: flops === undefined || rate === undefined || !work.model.bf16 ? {} : perSecond(flops / rate),
  };
}

/** Peers that can do a case. */
function peersOf(caseName: CaseName, found: Readonly<Record<string, string>>): PeerName[] {
  const isStep = benchCases[caseName].kind === 'step';
  return peerNames.filter((peer) => {
    if (peer === 'transformers') return !isStep && 'transformers' in found;
    if (peer === 'jax') return isStep && 'jax' in found;
    return isStep && 'torch' in found && 'transformers' in found;
  });
}

/** @throws {InputError} when the first engine cannot be had. */
export async function benchEngines(options: EngineBenchOptions): Promise<EngineBench> {
  const statuses = await listEngines();
  const available = nativeEngines.filter(
    (name) => statuses.find((status) => status.name === name)?.available,
  );
  const missing = statuses.find(({ name, available: here }) => name === nativeEngines[0] && !here);
  if (missing !== undefined) throw new InputError(`bench: ${missing.detail}`);
  const python = options.python === 'make' ? await peersPython(options.say) : options.python;
  const found = python === undefined ? {} : pythonVersions(python);
  const kind = await deviceKind(nativeEngines[0]);
  const rate = kind === undefined ? undefined : denseBfloat16Rate(kind);
  const isAsked = (name: string): boolean => options.contenders?.includes(name) ?? true;
  const cases: Partial<Record<CaseName, CaseResult & CaseRates>> = {};
  const memory: Partial<Record<CaseName, StepMemory>> = {};
  for (const caseName of options.cases) {
    const work = benchCase(caseName, options.bf16);
    const contenders: Contender[] = [
      engineContender(nativeEngines[0], work),
      ...options.variants.map((variant) => engineContender(nativeEngines[0], work, variant)),
      ...available
        .filter((engine) => engine !== nativeEngines[0] && isAsked(engine))
        .map((engine) => engineContender(engine, work)),
      ...peersOf(caseName, found)
        .filter(isAsked)
        .map((peer) => peerContender(peer, work, python as string, options.peersOn)),
    ];
    const result = await runCase(caseName, contenders, options);
    const measured = { ...result, ...ratesOf(work, result, rate) };
    cases[caseName] = measured;
    options.say(describe(caseName, measured));
    const needed = options.memory && work.kind === 'step' && (await stepMemory(nativeEngines[0], work));
    if (needed) {
      memory[caseName] = needed;
      const { fused, kept, apart } = needed;
      options.say(
        `${caseName}: ${decimal(fused, 0)} MiB at its peak; ${decimal(kept, 0)} without giving the state away, ${decimal(apart, 0)} with the update in a program of its own`,
      );
    }
  }
  const details = statuses.filter(({ name }) => (available as readonly string[]).includes(name));
  return {
    versions: { ...versions(), ...found, ...Object.fromEntries(details.map(({ name, detail }) => [name, detail])) },
    device: { cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: availableParallelism(), ...(kind !== undefined && { kind }), peersOn: options.peersOn },
    rounds: options.rounds,
    precision: options.bf16 ? 'bfloat16' : 'float32',
    cases,
    memory,
  }; // prettier-ignore
}

function describe(caseName: CaseName, result: CaseResult & CaseRates): string {
  const { medianMs, ratio, failures, tokensPerSecond, flopUse } = result;
  const times = Object.entries(medianMs).map(([name, value]) => {
    const facts = [
      ...(name in ratio ? [`${decimal(ratio[name] as number, 2)}x`] : []),
      `${Math.round(tokensPerSecond[name] as number)} tokens/s`,
      ...(name in flopUse ? [`${decimal(100 * (flopUse[name] as number), 1)}% of its FLOP/s`] : []),
    ];
    return `${name} ${decimal(value, 1)} ms (${facts.join(', ')})`;
  });
  const failed = Object.entries(failures).map(([name, reason]) => `${name} failed: ${reason}`);
  return `${caseName}: ${[...times, ...failed].join(', ')}`;
}
