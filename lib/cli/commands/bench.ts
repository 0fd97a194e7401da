/** `rlhf-kit bench engine`: how fast the engines are on this machine. */
import { nativeEngines } from '../../backend';
import { benchCases, ordinaryCases, type CaseName } from '../../bench/cases';
import { benchEngines } from '../../bench/engine-bench';
import { peerDevices, peerNames, type PeerDevice } from '../../bench/contenders';
import type { FieldTable } from '../../config';
import { InputError, nearMatch } from '../../errors';
import { writeJson } from '../../files';
import { defineCommand } from '../command';

interface BenchConfig {
  readonly target: 'engine';
  readonly quick: boolean;
  readonly cases?: string;
  readonly rounds: number;
  readonly contenders?: string;
  readonly variants?: string;
  readonly together: boolean;
  readonly peers: boolean;
  readonly python?: string;
  readonly bf16: boolean;
  readonly peersOn: PeerDevice;
  readonly limit?: number;
  readonly out?: string;
}

const fields: FieldTable<BenchConfig> = {
  target: { doc: 'what to time', type: ['engine'] },
  quick: { doc: 'only the small training step, 4 rounds: a minute', type: 'boolean', default: false },
  cases: {
    doc: `comma-separated: ${Object.keys(benchCases).join(',')}; absent: ${ordinaryCases.join(',')}`,
    type: 'string',
    optional: true,
  },
  rounds: { doc: 'rounds that count, each with every contender', type: 'integer', min: 1, default: 8 },
  contenders: {
    doc: `comma-separated: ${[...nativeEngines, ...peerNames].join(',')}; absent: all that can be had`,
    type: 'string',
    optional: true,
  },
  variants: {
    doc: 'options of the compiler, name=value; each set, behind a semicolon, is one more contender',
    type: 'string',
    optional: true,
  },
  together: {
    doc: 'all contenders do their first round, with compilation, at once: for machines with many cores',
    type: 'boolean',
    default: false,
  },
  peers: {
    doc: 'PyTorch and transformers too, in an environment that is made on first use',
    type: 'boolean',
    default: false,
  },
  python: { doc: 'interpreter that has PyTorch and transformers, or JAX', type: 'string', optional: true },
  bf16: { doc: 'matrix products in bfloat16, everywhere', type: 'boolean', default: false },
  peersOn: { doc: 'where PyTorch, transformers and JAX compute', type: peerDevices, default: 'cpu' },
  limit: {
    doc: 'seconds for each case: what was measured by then counts; memory is not looked at',
    type: 'number',
    min: 1,
    optional: true,
  },
  out: { doc: 'JSON file to write the result to', type: 'string', optional: true },
};

export const benchCommand = defineCommand<BenchConfig>({
  name: 'bench',
  summary: 'time the engines: rlhf-kit bench engine [--quick] [--peers]',
  fields,
  positionals: ['target'],
  async run({
    quick,
    cases,
    rounds,
    contenders,
    variants,
    together,
    peers,
    python,
    bf16,
    peersOn,
    limit,
    out,
  }) {
    const known = Object.keys(benchCases) as CaseName[];
    const asked = quick ? ['gptStep'] : (cases?.split(',') ?? ordinaryCases);
    refuseUnknown('case', asked, known);
    refuseUnknown('contender', contenders?.split(',') ?? [], [...nativeEngines, ...peerNames]);
    const result = await benchEngines({
      cases: asked as CaseName[],
      rounds: quick ? 4 : rounds,
      contenders: contenders?.split(','),
      variants: variants?.split(';').map((options) => options.trim()) ?? [],
      together,
      python: python ?? (peers && !quick ? 'make' : undefined),
      bf16,
      peersOn,
      limit,
      memory: !quick && limit === undefined,
      say: (line) => void process.stderr.write(`bench: ${line}\n`),
    });
    const command = ['rlhf-kit', ...process.argv.slice(2)].join(' ');
    const complete = { command, ...result };
    if (out !== undefined) writeJson(out, complete);
    return complete;
  },
});

function refuseUnknown(what: string, asked: readonly string[], known: readonly string[]): void {
  const unknown = asked.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const near = nearMatch(unknown, known);
  throw new InputError(
    `bench: unknown ${what} '${unknown}'${near === undefined ? '' : `; did you mean '${near}'?`} (known: ${known.join(', ')})`,
  );
}
