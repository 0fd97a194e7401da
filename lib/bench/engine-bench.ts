/** Times the engines at training steps and generation, beside the Python stacks where they are asked for. */
import { availableParallelism, cpus } from 'node:os';
import { listEngines, nativeEngines } from '../backend';
import { InputError } from '../errors';
import { versions } from '../train/versions';
import { benchCase, benchCases, type CaseName } from './cases';
import {
  engineContender,
  peerContender,
  peerNames,
  type Contender,
  type PeerDevice,
  type PeerName,
} from './contenders';
import { stepMemory, type StepMemory } from './memory';
import { peersPython, pythonVersions } from './peers';
import { runCase, type CaseResult } from './rounds';

export interface EngineBenchOptions {
  readonly cases: readonly CaseName[];
  readonly rounds: number;
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
  readonly cases: Readonly<Partial<Record<CaseName, CaseResult>>>;
  /** MiB at the worst moment of a step of the first engine. */
  readonly memory: Readonly<Partial<Record<CaseName, StepMemory>>>;
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
  const cases: Partial<Record<CaseName, CaseResult>> = {};
  const memory: Partial<Record<CaseName, StepMemory>> = {};
  for (const caseName of options.cases) {
    const work = benchCase(caseName, options.bf16);
    const contenders: Contender[] = [
      ...available.map((engine) => engineContender(engine, work)),
      ...peersOf(caseName, found).map((peer) => peerContender(peer, work, python as string, options.peersOn)),
    ];
    cases[caseName] = await runCase(caseName, contenders, options.rounds, options.limit);
    options.say(describe(caseName, cases[caseName]));
    const needed = options.memory && work.kind === 'step' && (await stepMemory(nativeEngines[0], work));
    if (needed) {
      memory[caseName] = needed;
      const { fused, kept, apart } = needed;
      options.say(
        `${caseName}: ${fused.toFixed(0)} MiB at its peak; ${kept.toFixed(0)} without giving the state away, ${apart.toFixed(0)} with the update in a program of its own`,
      );
    }
  }
  const details = statuses.filter(({ name }) => (available as readonly string[]).includes(name));
  return {
    versions: { ...versions(), ...found, ...Object.fromEntries(details.map(({ name, detail }) => [name, detail])) },
    device: { cpu: cpus()[0]?.model.trim() ?? 'unknown', threads: availableParallelism(), peersOn: options.peersOn },
    rounds: options.rounds,
    precision: options.bf16 ? 'bfloat16' : 'float32',
    cases,
    memory,
  }; // prettier-ignore
}

function describe(caseName: CaseName, { medianMs, ratio, failures }: CaseResult): string {
  const times = Object.entries(medianMs).map(([name, value]) => {
    const times = name in ratio ? ` (${(ratio[name] as number).toFixed(2)}x)` : '';
    return `${name} ${value.toFixed(1)} ms${times}`;
  });
  const failed = Object.entries(failures).map(([name, reason]) => `${name} failed: ${reason}`);
  return `${caseName}: ${[...times, ...failed].join(', ')}`;
}
