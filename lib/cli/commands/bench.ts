/** `rlhf-kit bench engine`: how fast the engines are on this machine. */
import { nativeEngines } from '../../backend';
import { benchCases, ordinaryCases, type CaseName } from '../../bench/cases';
import { benchEngines } from '../../bench/engine-bench';
import { peerDevices, peerNames } from '../../bench/contenders';
import * as field from '../../fields';
import { unknownName } from '../../errors';
import { writeJson } from '../../files';
import { defineCommand } from '../command';

const fields = {
  target: field.choice(['engine'], 'what to time'),
  quick: field.boolean('only the small training step, 4 rounds: a minute', { default: false }),
  cases: field
    .text(`comma-separated: ${Object.keys(benchCases).join(',')}; absent: ${ordinaryCases.join(',')}`)
    .optional(),
  rounds: field.integer('rounds that count, each with every contender', { default: 8, min: 1 }),
  contenders: field
    .text(`comma-separated: ${[...nativeEngines, ...peerNames].join(',')}; absent: all that can be had`)
    .optional(),
  variants: field
    .text('options of the compiler, name=value; each set, behind a semicolon, is one more contender')
    .optional(),
  together: field.boolean(
    'all contenders do their first round, with compilation, at once: for machines with many cores',
    { default: false },
  ),
  peers: field.boolean('PyTorch and transformers too, in an environment that is made on first use', {
    default: false,
  }),
  python: field.text('interpreter that has PyTorch and transformers, or JAX').optional(),
  bf16: field.boolean('matrix products in bfloat16, everywhere', { default: false }),
  peersOn: field.choice(peerDevices, 'where PyTorch, transformers and JAX compute', { default: 'cpu' }),
  limit: field
    .number('seconds for each case: what was measured by then counts; memory is not looked at', { min: 1 })
    .optional(),
  out: field.text('JSON file to write the result to').optional(),
};

type BenchConfig = field.ConfigOf<typeof fields>;

export const benchCommand = defineCommand<BenchConfig>({
  name: 'bench',
  summary: 'time the engines: rlhf-kit bench engine [--quick] [--peers]',
  fields,
  example: 'npx rlhf-kit bench engine --quick',
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
  throw unknownName('bench', what, unknown, known);
}
