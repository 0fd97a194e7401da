/** The package as strangers get it: packed, installed in an empty folder by plain npm, and used, on every major version of Node. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nodeReleases } from '../support/node-releases';

const project = join(__dirname, '..', '..');
const home = mkdtempSync(join(tmpdir(), 'rlhf-kit-package-'));
const tarball = (): string => {
  const name = readdirSync(home).find((entry) => entry.endsWith('.tgz'));
  return join(home, name as string);
};
afterAll(() => rmSync(home, { recursive: true, force: true }));

/** An environment as a terminal has it, without what npm and vitest give their children. */
function plainEnvironment(bin: string): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(
    ([name]) =>
      !/^npm_(lifecycle|package|command)|^NODE_(ENV|OPTIONS|PATH)$|^VITEST|^RLHF_KIT_ENGINE$|^CI$/.test(name),
  );
  return { ...Object.fromEntries(kept), PATH: `${bin}${delimiter}${process.env['PATH'] ?? ''}` };
}

/** Waits without keeping the test's own process from answering. */
async function runProgram(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv,
): Promise<{ readonly status: number | null; readonly stdout: string; readonly stderr: string }> {
  const child = spawn(program, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr, [status]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ]);
  return { status, stdout, stderr };
}

beforeAll(async () => {
  const { status, stderr } = await runProgram(
    'npm',
    ['pack', '--pack-destination', home],
    project,
    process.env,
  );
  expect(status, stderr).toBe(0);
});

it('has at most 2 MB, and nothing in it points to a folder of this machine', async () => {
  expect(statSync(tarball()).size).toBeLessThanOrEqual(2e6);
  const { stdout } = spawnSync('tar', ['-xzOf', tarball(), 'package/package.json'], { encoding: 'utf8' });
  const manifest = JSON.parse(stdout) as Record<string, unknown>;
  expect(manifest['private']).toBeUndefined();
  expect(stdout).not.toMatch(/"(file|link):/);
  const { stdout: names } = spawnSync('tar', ['-tzf', tarball()], { encoding: 'utf8' });
  expect(names).toContain('package/dist/lib/index.d.ts\n');
  expect(names).toContain('package/environment.md\n');
  expect(names).not.toMatch(/package\/(test|lib\/.*\.ts|node_modules)\b|\.map$/m);
});

const releases = nodeReleases(home);

describe.each(releases)('on Node $major', ({ major, bin }) => {
  const folder = join(home, `project-${major}`);
  let env: NodeJS.ProcessEnv;
  const run = (program: string, ...args: string[]) => runProgram(program, args, folder, env);
  const kit = (...args: string[]) => run('npx', 'rlhf-kit', ...args);

  beforeAll(async () => {
    env = plainEnvironment(bin());
    mkdirSync(folder);
    writeFileSync(join(folder, 'package.json'), '{"private":true}');
    const installed = await run('npm', 'install', tarball());
    expect(installed.status, installed.stderr).toBe(0);
    expect((await run('node', '--version')).stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  // What takes long and is the same everywhere is tried on the newest alone.
  const isNewest = major === releases.at(-1)?.major;

  it('runs the pipeline', async () => {
    for (const args of isNewest ? [[], ['--engine', 'wasm']] : [[]]) {
      const out = join('runs', `smoke${args.join('')}`);
      const { status, stderr, stdout } = await kit('pipeline', '--preset', 'smoke', '--out', out, ...args);
      expect(status, stderr).toBe(0);
      expect(JSON.parse(stdout)).toMatchObject({ engine: args[1] ?? 'xla', seed: 1 });
      expect(readFileSync(join(folder, out, 'report.html'), 'utf8')).toContain('</html>');
    }
  });

  it("runs README's sample", async () => {
    const [sample] = /```ts\n[\s\S]*?```/.exec(readFileSync(join(project, 'README.md'), 'utf8')) ?? [];
    const code = (sample as string).replace(/^```ts\n|```$/g, '').replaceAll('runs/start', 'runs/smoke');
    const [first, ...rest] = code.trim().split('\n');
    const body = rest.join('\n');
    writeFileSync(join(folder, 'sample.mts'), `${first}\n${body}\n`);
    const inFunction = `async function main(): Promise<void> {\n${body}\n}\nvoid main();\n`;
    writeFileSync(join(folder, 'sample.cts'), `import kit = require('rlhf-kit');\n${inFunction}`);
    const compiler = join(project, 'node_modules', 'typescript', 'bin', 'tsc');
    const types = ['--types', 'node', '--typeRoots', join(project, 'node_modules', '@types')];
    const options = ['--strict', '--target', 'es2022', '--module', 'nodenext', ...types];
    const compiled = await run('node', compiler, ...options, '--skipLibCheck', 'sample.mts', 'sample.cts');
    expect(compiled.stdout).toBe('');
    for (const name of ['sample.mjs', 'sample.cjs']) {
      const { status, stderr, stdout } = await run('node', name);
      expect(status, stderr).toBe(0);
      expect(stdout).toMatch(/^Float32Array\(1\) \[ -?\d/);
    }
    // Types of other packages fail a check of their own.
    const strict = await run(
      'node',
      compiler,
      ...options,
      '--skipLibCheck',
      'false',
      '--noEmit',
      'sample.mts',
    );
    const errors = strict.stdout.split('\n').filter((line) => line.includes(': error '));
    expect(errors.filter((line) => !/node_modules\/(?!rlhf-kit\/)/.test(line))).toEqual([]);
  });

  it.runIf(isNewest)('runs a notebook of the package', async () => {
    const notebook = join('node_modules', 'rlhf-kit', 'notebooks', '00-quickstart.ipynb');
    const { status, stderr } = await kit(
      'notebooks',
      'run',
      notebook,
      '--param',
      'size="smoke"',
      '--out',
      'runs/notebooks',
    );
    expect(status, stderr).toBe(0);
  });

  it('opens the notebooks in JupyterLab', async () => {
    const lab = spawn('npx', ['rlhf-kit', 'lab', '--no-browser'], {
      cwd: folder,
      env,
      detached: true,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const ended = once(lab, 'exit');
    try {
      const [line] = (await once(createInterface({ input: lab.stdout }), 'line')) as [string];
      const { url } = JSON.parse(line) as { url: string };
      const at = new URL(url);
      const token = at.searchParams.get('token') as string;
      const answer = await fetch(new URL(`/api/contents?token=${token}`, at));
      const { content } = (await answer.json()) as { content: { name: string }[] };
      expect(content.map(({ name }) => name)).toContain('00-quickstart.ipynb');
    } finally {
      process.kill(-(lab.pid as number), 'SIGINT');
      await ended;
    }
  });

  it('shows the committed experiments, and writes nothing into the package', async () => {
    const shown = await kit('experiment', 'show', '01-data-filter');
    expect(shown.status, shown.stderr).toBe(0);
    expect(shown.stdout).toContain('not shown');
    const { status, stderr } = await kit('experiment', 'run', '01-data-filter');
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^rlhf-kit: experiment: 01-data-filter is part of the installed package, [^\n]+\n$/,
    );
    const [, command] = /copy it first: (.+)\n/.exec(stderr) as RegExpExecArray;
    expect((await run('sh', '-c', command as string)).status).toBe(0);
    expect(readdirSync(join(folder, 'experiments', '01-data-filter'))).toContain('config.json');
  });

  it.runIf(major > 22)('says in one sentence why there is no tensorflow engine', async () => {
    const { status, stderr } = await kit(
      'pipeline',
      '--preset',
      'smoke',
      '--engine',
      'tensorflow',
      '--out',
      'runs/none',
    );
    expect(status).toBe(2);
    expect(stderr).toMatch(/(^|\n)rlhf-kit: [^\n]*the tensorflow engine needs Node 22 or older[^\n]*\n$/);
    const setup = await kit('setup', 'tensorflow');
    expect(setup.status).toBe(2);
    expect(setup.stderr).toMatch(/^rlhf-kit: [^\n]*the tensorflow engine needs Node 22 or older[^\n]*\n$/);
  });
});
