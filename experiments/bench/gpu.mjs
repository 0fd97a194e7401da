// The steps of gpu.sh. Each has a share of the time that is left when it begins, so that none starves those after it, and what one does not need
// is theirs. results.json and summary.md hold what each step gave and are written after each; a step that runs out of time is ended and said to have.
import { spawn, spawnSync } from 'node:child_process';
import {
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import { clearTimeout, setTimeout } from 'node:timers';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

const began = performance.now();
const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const program = join(root, 'bin', 'rlhf-kit.js');
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    seconds: { type: 'string', default: '540' },
    steps: { type: 'string' },
    plugin: { type: 'string' },
    python: { type: 'string', default: 'python3' },
    cpu: { type: 'boolean', default: false },
    variants: { type: 'string' },
  },
});
const seconds = Number(values.seconds);
if (positionals.length !== 1 || !(seconds > 0)) {
  process.stderr.write('gpu.sh: expected one folder for results and --seconds above 0\n');
  process.exit(2);
}
const out = resolve(positionals[0]);
mkdirSync(out, { recursive: true });
/** Caches, runs: nothing to keep. */
const scratch = mkdtempSync(join(tmpdir(), 'rlhf-kit-gpu-'));

const environment = {
  ...process.env,
  TMPDIR: scratch,
  RLHF_KIT_CACHE: join(scratch, 'cache'),
  RLHF_KIT_PROGRESS: 'lines',
  HF_HUB_OFFLINE: '1',
  // JAX would take three quarters of the GPU's memory at once.
  XLA_PYTHON_CLIENT_PREALLOCATE: 'false',
};

const results = {
  command: ['gpu.sh', ...process.argv.slice(2)].join(' '),
  seconds,
  steps: {},
  conformance: {},
  bench: {},
};

function save() {
  results.total = spent();
  writeFileSync(join(out, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  writeFileSync(join(out, 'summary.md'), summary());
}

const spent = () => Number(((performance.now() - began) / 1000).toFixed(1));
/** A few seconds are kept for the end. */
const left = () => seconds - spent() - 4;
const running = new Set();

/** Ends a process and all that it started. */
function end(child) {
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}
/** Ends all that runs and leaves nothing behind but the results. */
function close() {
  for (const child of running) end(child);
  rmSync(scratch, { recursive: true, force: true, maxRetries: 3 });
  save();
  process.stderr.write(`gpu: ${results.total} s in all; ${join(out, 'summary.md')}\n`);
}
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.on(signal, () => {
    results.interrupted = `${signal} in ${results.running ?? 'none of its steps'}`;
    close();
    process.exit(130);
  });
}

/** Runs a command within so many seconds; its output goes to a file. @returns its status, what it printed on stdout. */
async function run(command, args, log, limit) {
  const file = openSync(join(out, log), 'a');
  const child = spawn(command, args, {
    cwd: root,
    env: environment,
    detached: true,
    stdio: ['ignore', 'pipe', file],
  });
  running.add(child);
  let stdout = '';
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    writeFileSync(file, chunk);
  });
  let outOfTime = false;
  const timer = setTimeout(() => {
    outOfTime = true;
    end(child);
  }, 1000 * limit);
  const status = await new Promise((done) => {
    child.on('error', (error) => done(error.message));
    child.on('close', (code, signal) => done(code ?? signal));
  });
  clearTimeout(timer);
  end(child);
  running.delete(child);
  closeSync(file);
  return { status, outOfTime, stdout };
}

const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** One step within so many seconds. */
async function step(name, limit, action) {
  const started = performance.now();
  process.stderr.write(`gpu: ${name}, at most ${Math.round(limit)} s\n`);
  results.running = name;
  const programs = join(out, `programs-${name}.jsonl`);
  environment.RLHF_KIT_XLA_LOG = programs;
  // What goes wrong in one step is no reason to leave out the others.
  const outcome = await action(limit).catch((error) => ({ ok: false, detail: error.message }));
  delete results.running;
  const took = Number(((performance.now() - started) / 1000).toFixed(1));
  results.steps[name] = { seconds: took, limit: Math.round(limit), ...outcome, ...compiled(programs) };
  process.stderr.write(`gpu: ${name}: ${took} s, ${said(results.steps[name])}\n`);
  save();
}

/** What a step's processes compiled, from their log: the slowest programs, and how long all took together. */
function compiled(log) {
  if (!existsSync(log)) return {};
  const programs = readFileSync(log, 'utf8')
    .trim()
    .split('\n')
    .flatMap((line) => parsed(line) ?? []);
  const slowest = programs.toSorted((a, b) => b.seconds - a.seconds).slice(0, 8);
  return {
    programs: {
      count: programs.length,
      loaded: programs.filter(({ loaded }) => loaded).length,
      seconds: Number(programs.reduce((sum, { seconds: one }) => sum + one, 0).toFixed(1)),
      slowest,
    },
  };
}

function said({ outOfTime, ok, detail }) {
  if (outOfTime) return `ran out of time${detail ? `; ${detail}` : ''}`;
  return `${ok ? 'ok' : 'FAILED'}${detail ? `: ${detail}` : ''}`;
}

const limited = { encoding: 'utf8', timeout: 20_000 };

/** The GPU as its driver sees it, and its load every second from now on. */
function watchGpu() {
  if (values.cpu || spawnSync('nvidia-smi', ['-L'], limited).error !== undefined) return;
  const query = 'name,driver_version,memory.total,clocks.max.sm,clocks.max.mem,power.limit';
  const asked = spawnSync('nvidia-smi', [`--query-gpu=${query}`, '--format=csv,noheader'], limited);
  results.gpu = lastLine(asked.stdout ?? '');
  const file = openSync(join(out, 'profile.txt'), 'w');
  // Power, use, clocks and memory with the time of day.
  const child = spawn('nvidia-smi', ['dmon', '-s', 'pucm', '-o', 'T', '-d', '1'], {
    detached: true,
    stdio: ['ignore', file, 'ignore'],
  });
  running.add(child);
  child.on('error', () => running.delete(child));
  closeSync(file);
}

const versions = `
import importlib.metadata as m, json, platform, glob, site
found = {"python": platform.python_version()}
for name in ("torch", "transformers", "jax", "jaxlib", "jax-cuda13-pjrt", "jax-cuda12-pjrt", "nvidia-cudnn-cu13", "nvidia-cublas", "triton"):
    try: found[name] = m.version(name)
    except m.PackageNotFoundError: found[name] = "missing"
print(json.dumps(found))`;

/** What the interpreter has that the engine is compared with. */
function findPeers() {
  results.python =
    parsed(lastLine(spawnSync(values.python, ['-c', versions], limited).stdout ?? '')) ??
    `no ${values.python}`;
}

/** The plugin that was given, else JAX's for CUDA, which is installed with Python; fetched only where there is a network. */
async function setUp(limit) {
  const given = values.plugin ?? process.env['RLHF_KIT_PJRT_PLUGIN'];
  const choice = given ? ['--plugin', resolve(given)] : values.cpu ? [] : ['--cuda13'];
  const { status, outOfTime, stdout } = await run(
    process.execPath,
    [program, 'setup', 'xla', ...choice],
    'setup.log',
    limit,
  );
  return { ok: status === 0, outOfTime, detail: status === 0 ? lastLine(stdout) : 'see setup.log' };
}

async function doctor(limit) {
  const { status, outOfTime, stdout } = await run(
    process.execPath,
    [program, 'doctor', '--engine', 'xla'],
    'doctor.log',
    limit,
  );
  const report = parsed(lastLine(stdout));
  results.doctor = report;
  return {
    ok: status === 0 && report?.available === true && report.maxError < 1e-2,
    outOfTime,
    detail: `${report?.detail ?? 'see doctor.log'}; relative error ${report?.maxError}`,
  };
}

const tests = {
  // Hand-written cases first: kernels, steps, primitives.
  conformance: [
    'test/backend/xla/trace',
    'test/backend/xla/jit.test.ts',
    'test/backend/xla/attention.test.ts',
    'test/backend/primitives.test.ts',
    'test/backend/threefry.test.ts',
    'test/backend/jit.test.ts',
    '--exclude',
    '**/trace/conformance/**',
  ],
  properties: ['test/backend/xla/trace/conformance'],
};

function conformance(name) {
  return async (limit) => {
    const report = join(scratch, `${name}.json`);
    const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
    const args = [
      'run',
      '--reporter=verbose',
      '--reporter=json',
      `--outputFile.json=${report}`,
      ...tests[name],
    ];
    const { outOfTime, stdout } = await run(process.execPath, [vitest, ...args], 'conformance.log', limit);
    // Of a run that was ended, the log counts.
    if (!existsSync(report)) {
      const count = (mark) => stdout.split('\n').filter((line) => line.trimStart().startsWith(mark)).length;
      return {
        ok: false,
        outOfTime,
        detail: `${count('✓')} passed, ${count('×')} failed until then; see conformance.log`,
      };
    }
    const { numPassedTests, numFailedTests, numPendingTests, testResults } = JSON.parse(
      readFileSync(report, 'utf8'),
    );
    const failures = testResults.flatMap(({ assertionResults, message, name: file }) => [
      ...(assertionResults.length === 0 && message ? [`${file}: ${message.split('\n')[0]}`] : []),
      ...assertionResults
        .filter(({ status }) => status === 'failed')
        .map(({ fullName, failureMessages }) => `${fullName}: ${failureMessages[0]?.split('\n')[0]}`),
    ]);
    results.conformance[name] = {
      passed: numPassedTests,
      failed: numFailedTests,
      skipped: numPendingTests,
      failures,
    };
    return {
      ok: failures.length === 0 && numPassedTests > 0,
      outOfTime,
      detail: `${numPassedTests} passed, ${failures.length} failed, ${numPendingTests} skipped`,
    };
  };
}

async function smoke(limit) {
  const args = [
    'pipeline',
    '--preset',
    'smoke',
    '--engine',
    'xla',
    '--seed',
    '1',
    '--out',
    join(scratch, 'smoke'),
  ];
  const { status, outOfTime, stdout } = await run(process.execPath, [program, ...args], 'smoke.log', limit);
  results.smoke = parsed(lastLine(stdout));
  return { ok: status === 0, outOfTime, detail: status === 0 ? 'all stages' : 'see smoke.log' };
}

const hasPeers = () => typeof results.python === 'object';

/** Ways to compile that are tried beside the one that is used; each with a folder of its own for what it finds out. */
const compilerVariants = ['xla_gpu_enable_triton_gemm=true', 'xla_gpu_autotune_level=0'];

/** The small step with empty caches, compiled in several ways side by side with JAX: which of them is ready first, and how fast its program is. */
function compileStudy(limit) {
  const variants = compilerVariants.map((options, i) => {
    const folder = join(scratch, `autotuning-${i}`);
    mkdirSync(folder);
    return `${options} xla_gpu_per_fusion_autotune_cache_dir=${folder}`;
  });
  const others = [
    '--contenders',
    'jax',
    '--variants',
    (values.cpu ? ['xla_llvm_disable_expensive_passes=true'] : variants).join(';'),
  ];
  return bench('gptStep', 3, fast, 'compile', others)(limit);
}

/** One case of the bench with all contenders, interleaved. */
function bench(caseName, rounds, precision, title = caseName, others = []) {
  return async (limit) => {
    const file = join(scratch, `${title}-${precision}.json`);
    // What is measured within its limit counts; before it the engine is looked for, after it the result is written.
    const within = Math.max(1, Math.floor(0.85 * limit));
    const args = [
      'bench',
      'engine',
      '--cases',
      caseName,
      '--rounds',
      `${rounds}`,
      '--limit',
      `${within}`,
      ...others,
    ];
    if (availableParallelism() >= 8) args.push('--together');
    if (values.variants !== undefined && others.length === 0) args.push('--variants', values.variants);
    args.push('--out', file, ...(precision === 'bfloat16' ? ['--bf16'] : []));
    if (hasPeers()) args.push('--python', values.python, '--peers-on', values.cpu ? 'cpu' : 'cuda');
    const { outOfTime } = await run(process.execPath, [program, ...args], 'bench.log', limit);
    if (!existsSync(file)) return { ok: false, outOfTime, detail: 'see bench.log' };
    const { cases, versions: used, device } = JSON.parse(readFileSync(file, 'utf8'));
    results.bench.versions = used;
    results.bench.device = device;
    results.bench[precision] = { ...results.bench[precision], [title]: cases[caseName] };
    const { medianMs, ratio, failures, firstMs, tokensPerSecond, flopUse } = cases[caseName];
    const times = Object.entries(medianMs).map(([name, ms]) => {
      const facts = [
        ...(name in ratio ? [`${ratio[name].toFixed(2)}x`] : []),
        `first ${(firstMs[name] / 1000).toFixed(1)} s`,
        `${Math.round(tokensPerSecond[name])} tokens/s`,
        ...(name in flopUse ? [`${(100 * flopUse[name]).toFixed(1)}% of FLOP/s`] : []),
      ];
      return `${name} ${ms.toFixed(2)} ms (${facts.join(', ')})`;
    });
    const failed = Object.entries(failures).map(([name, reason]) => `${name}: ${reason}`);
    return { ok: 'xla' in medianMs, outOfTime, detail: [...times, ...failed].join(', ') };
  };
}

function summary() {
  const { steps, gpu, python, interrupted, doctor: engine } = results;
  const failures = Object.values(results.conformance).flatMap((tested) => tested.failures);
  const rows = Object.entries(steps).map(
    ([name, outcome]) => `| ${name} | ${outcome.seconds} | ${said(outcome)} |`,
  );
  const stacks =
    typeof python === 'object'
      ? Object.entries(python)
          .map(([name, version]) => `${name} ${version}`)
          .join(', ')
      : python;
  return [
    '# The xla engine on this machine',
    '',
    `${gpu ?? 'no GPU'}; ${engine?.detail ?? 'no engine'}; Node ${process.versions.node}; ${stacks}`,
    '',
    `\`${results.command}\`: ${results.total.toFixed(0)} of ${seconds} s${interrupted ? `, ended by ${interrupted}` : ''}. Ratios above 1 mean that xla is faster.`,
    '',
    '| step | seconds | outcome |',
    '| --- | --- | --- |',
    ...rows,
    ...(failures.length > 0 ? ['', 'Failed tests:', '', ...failures.map((failure) => `- ${failure}`)] : []),
    '',
  ].join('\n');
}

/** Processors are compared in float32 elsewhere too: few of them have units for bfloat16. */
const fast = values.cpu ? 'float32' : 'bfloat16';
/**
 * The steps, with the shares of the time that they have: of 540 s so many seconds, and what those before have left over. The bench can use any
 * time, so it comes after what cannot.
 */
const plan = {
  setup: [20, setUp],
  doctor: [20, doctor],
  compile: [45, compileStudy],
  ...(!values.cpu && {
    // Most of it is torch.compile's.
    smollm2Step8x1024: [100, bench('smollm2Step8x1024', 6, fast)],
    smollm2Generate64: [50, bench('smollm2Generate64', 3, fast)],
    smollm2Step16x512: [60, bench('smollm2Step16x512', 6, fast)],
    smollm2LargeStep8x1024: [90, bench('smollm2LargeStep8x1024', 6, fast)],
    smollm2Generate256: [50, bench('smollm2Generate256', 3, fast)],
  }),
  smoke: [110, smoke],
  gptStep: [45, bench('gptStep', 8, fast)],
  conformance: [70, conformance('conformance')],
  generate8: [25, bench('generate8', 6, fast)],
  ...(values.cpu && { smollm2Step: [105, bench('smollm2Step', 6, fast)] }),
  generate1: [20, bench('generate1', 6, fast)],
  generate32: [20, bench('generate32', 6, fast)],
  ...(!values.cpu && { 'gptStep-float32': [35, bench('gptStep', 8, 'float32')] }),
  // Kernels at random shapes, with gradients: thousands of programs.
  properties: [30, conformance('properties')],
};
const wanted = values.steps === undefined ? Object.keys(plan) : ['setup', ...values.steps.split(',')];
const unknown = wanted.filter((name) => !(name in plan));
if (unknown.length > 0) {
  rmSync(scratch, { recursive: true });
  process.stderr.write(
    `gpu.sh: there is no step ${unknown.join(', ')}; known: ${Object.keys(plan).join(', ')}\n`,
  );
  process.exit(2);
}

try {
  watchGpu();
  findPeers();
  save();
  const steps = Object.entries(plan).filter(([name]) => wanted.includes(name));
  for (const [i, [name, [share, action]]] of steps.entries()) {
    const shares = steps.slice(i).reduce((sum, [, [one]]) => sum + one, 0);
    await step(name, (left() * share) / shares, action);
  }
} finally {
  close();
}
const { steps } = results;
process.exitCode = wanted.every((name) => steps[name]?.ok) ? 0 : 1;
