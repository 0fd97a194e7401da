import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { isNvidiaFile } from '../../../lib/backend/setup/nvidia-wheels';
import type { EngineBuild } from '../../../lib/backend/setup/engine-build';
import { cudaBuilds, xlaBuilds } from '../../../lib/backend/setup/pins';
import {
  chooseXlaBuild,
  fetchBuild,
  findPlugin,
  installedCudaPlugin,
  setupXla,
} from '../../../lib/backend/setup/xla';
import { sha256File } from '../../../lib/files';
import { canCompile, compilePlugin } from '../../support/fake-plugin';
import { pluginPath } from '../xla/pjrt/plugin-path';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-xla-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('setup xla', () => {
  it('has one wheel for each platform, pinned by hash, and a sentence for the others', () => {
    expect(chooseXlaBuild('linux', 'x64')).toBe(xlaBuilds[0]);
    expect(chooseXlaBuild('linux', 'arm64')).toBe(xlaBuilds[1]);
    for (const { wheels } of xlaBuilds) expect(wheels[0]?.sha256).toMatch(/^[0-9a-f]{64}$/);
    expect(() => chooseXlaBuild('darwin', 'arm64')).toThrow(
      'setup xla knows Linux on x64 and arm64 only, got darwin on arm64',
    );
  });

  it('finds the plugin that is named, or says what to run', () => {
    vi.stubEnv('RLHF_KIT_CACHE', folder);
    vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
    expect(findPlugin).toThrow('there is no XLA plugin; run: npx rlhf-kit setup xla');
    vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', join(folder, 'plugin.so'));
    expect(findPlugin).toThrow(/RLHF_KIT_PJRT_PLUGIN names .*plugin\.so, which is not there/);
    writeFileSync(join(folder, 'plugin.so'), '');
    expect(findPlugin()).toBe(join(folder, 'plugin.so'));
  });

  it('says in one sentence that its place in the cache cannot be written', async () => {
    writeFileSync(join(folder, 'file'), '');
    vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'file'));
    await expect(setupXla(() => {})).rejects.toThrow(/^setup xla: .*not a directory/);
  });
});

describe('setup xla --plugin', () => {
  const program = join(__dirname, '../../../bin/rlhf-kit.js');
  const run = (...argv: string[]) =>
    spawnSync(process.execPath, [program, ...argv], {
      encoding: 'utf8',
      env: { ...process.env, RLHF_KIT_CACHE: folder, RLHF_KIT_PJRT_PLUGIN: '' },
    });

  it('refuses a file that is no plugin, and remembers nothing of it', () => {
    writeFileSync(join(folder, 'plugin.so'), 'no library');
    const { status, stderr } = run('setup', 'xla', '--plugin', join(folder, 'plugin.so'));
    expect(status).toBe(2);
    expect(stderr).toMatch(/setup xla: .*plugin\.so is no PJRT plugin: /);
    expect(readdirSync(folder)).toEqual(['plugin.so']);
  });

  it.skipIf(pluginPath === undefined)(
    'is what the engine loads from then on, until it is gone (needs the plugin of setup xla)',
    () => {
      const own = join(folder, 'own.so');
      symlinkSync(pluginPath as string, own);
      expect(JSON.parse(run('setup', 'xla', '--plugin', own).stdout)).toEqual({
        changed: true,
        directory: own,
      });
      const doctor = JSON.parse(run('doctor', '--engine', 'xla').stdout) as Record<string, unknown>;
      expect(doctor).toMatchObject({ available: true, detail: expect.stringContaining('own.so') as string });
      rmSync(own);
      vi.stubEnv('RLHF_KIT_CACHE', folder);
      vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
      expect(findPlugin).toThrow(/the XLA plugin .*own\.so is gone; run: npx rlhf-kit setup xla/);
    },
  );
});

describe('setup xla --cuda13', () => {
  it('pins the plugin and each of NVIDIA’s wheels by hash, for both processors', () => {
    for (const [cuda, first, size] of [['cuda12', 'nvidia-cublas-cu12', '2.9'], ['cuda13', 'nvidia-cublas', '2.2']] as const) {
      expect(cudaBuilds[cuda].map(({ arch }) => arch)).toEqual(['x64', 'arm64']);
      const hashes = cudaBuilds[cuda].flatMap(({ wheels }) => wheels.map(({ sha256 }) => sha256));
      expect(new Set(hashes).size).toBe(hashes.length);
      for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{64}$/);
      for (const { wheels, downloadSize } of cudaBuilds[cuda]) {
        expect(wheels.slice(0, 2).map(({ name }) => name)).toEqual([`jax-${cuda}-pjrt`, first]);
        expect(downloadSize).toBe(`about ${size} GB`);
      }
    }
  }); // prettier-ignore

  /** Writes a plugin and a library of NVIDIA's as two small wheels, and gives them as a build. */
  async function smallWheels(): Promise<EngineBuild> {
    const plugin = join(folder, 'plugin.so');
    const search = ['-Wl,--disable-new-dtags', '-Wl,-rpath,$ORIGIN/../../nvidia/cudnn/lib'];
    compilePlugin(plugin, { CUDA_VERSION: 13000, LIBRARY: '"libcudnn.so.9"' }, search);
    compilePlugin(join(folder, 'library.so'), {});
    const script = `
import sys, zipfile
def wheel(name, version, files):
    path = f"{sys.argv[1]}/{name}-{version}-py3-none-manylinux_2_27_x86_64.whl"
    info = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as w:
        for entry, content in files.items(): w.writestr(entry, content)
        w.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
        w.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: false\\nTag: py3-none-manylinux_2_27_x86_64\\n")
        w.writestr(f"{info}/licenses/License.txt", "terms")
        w.writestr(f"{info}/RECORD", "")
read = lambda name: open(f"{sys.argv[1]}/{name}", "rb").read()
wheel("kit_test_pjrt", "1.0", {"jax_plugins/xla_cuda13/xla_cuda_plugin.so": read("plugin.so"), "jax_plugins/xla_cuda13/__init__.py": ""})
wheel("kit_test_cudnn", "1.0", {"nvidia/cudnn/lib/libcudnn.so.9": read("library.so"), "nvidia/cudnn/include/cudnn.h": "", "nvidia/cu13/bin/ptxas": "", "nvidia/cu13/bin/nvcc": ""})
`;
    const { status, stderr } = spawnSync('python3', ['-c', script, folder], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const pin = async (name: string) => {
      const file = `${name.replaceAll('-', '_')}-1.0-py3-none-manylinux_2_27_x86_64.whl`;
      return { name, version: '1.0', sha256: await sha256File(join(folder, file)) };
    };
    return {
      folder: 'small',
      arch: 'x64',
      machine: 'x86_64',
      wheels: [await pin('kit-test-pjrt'), await pin('kit-test-cudnn')],
      downloadSize: '1 kB',
      diskSize: '2 kB',
    };
  }

  it.skipIf(!canCompile || process.arch !== 'x64')(
    'unpacks them so that the plugin finds the libraries, looks only when they are there, and mends damage (needs a C compiler)',
    async () => {
      const build = await smallWheels();
      vi.stubEnv('PIP_NO_INDEX', '1');
      vi.stubEnv('PIP_FIND_LINKS', folder);
      const target = join(folder, 'cache', 'small');
      const library = join('jax_plugins', 'xla_cuda13', 'xla_cuda_plugin.so');
      const said: string[] = [];
      const fetch = () =>
        fetchBuild(build, target, (entry) => entry === library || isNvidiaFile(entry), (line) => said.push(line)); // prettier-ignore
      expect(await fetch()).toBe(true);
      expect(said[0]).toMatch(
        /^fetching kit-test-pjrt 1\.0, kit-test-cudnn 1\.0 from the Python package index: 1 kB to download, 2 kB on disk in .*small; once$/,
      );
      const files = readdirSync(target, { recursive: true, encoding: 'utf8' }).filter((name) => /\.[a-z0-9]+$|ptxas|nvcc/.test(name)); // prettier-ignore
      expect(files.filter((name) => !name.includes('dist-info')).sort()).toEqual([
        library,
        'nvidia/cu13/bin/ptxas',
        'nvidia/cudnn/lib/libcudnn.so.9',
        'setup.json',
      ]);
      expect(files.filter((name) => name.endsWith('License.txt'))).toHaveLength(2);
      const found = (): string => {
        const { stdout } = spawnSync(process.execPath, [join(__dirname, '../../../bin/rlhf-kit.js'), 'doctor', '--engine', 'xla'], {
          encoding: 'utf8',
          env: { ...process.env, RLHF_KIT_PJRT_PLUGIN: join(target, library) },
        }); // prettier-ignore
        return (JSON.parse(stdout) as { detail: string }).detail;
      };
      expect(found()).toContain('library found');
      said.length = 0;
      expect([await fetch(), said]).toEqual([false, []]);
      unlinkSync(join(target, 'nvidia/cudnn/lib/libcudnn.so.9'));
      expect(found()).toContain('library missing');
      expect(await fetch()).toBe(true);
      expect(found()).toContain('library found');
      const [first, second] = build.wheels as [EngineBuild['wheels'][0], EngineBuild['wheels'][0]];
      const forged = { ...build, wheels: [first, { ...second, sha256: '0'.repeat(64) }] };
      await expect(fetchBuild(forged, target, () => true, () => {})).rejects.toThrow(/kit-test-cudnn 1\.0: SHA-256 must be 000/); // prettier-ignore
      // What was there is still there.
      expect(await fetch()).toBe(false);
      expect(readdirSync(join(folder, 'cache'))).toEqual(['small']);
    },
  );

  it.skipIf(!canCompile)(
    'uses the plugin that Python has installed, without a download; one that is too old is passed over (needs a C compiler)',
    async () => {
      const plugin = join(folder, 'site', 'jax_plugins', 'xla_cuda13', 'xla_cuda_plugin.so');
      compilePlugin(plugin, { CUDA_VERSION: 13000 });
      vi.stubEnv('PYTHONPATH', join(folder, 'site'));
      vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'cache'));
      vi.stubEnv('RLHF_KIT_PJRT_PLUGIN', '');
      expect(installedCudaPlugin('cuda13')).toBe(plugin);
      const run = () =>
        spawnSync(
          process.execPath,
          [join(__dirname, '../../../bin/rlhf-kit.js'), 'setup', 'xla', '--cuda13'],
          {
            encoding: 'utf8',
            env: { ...process.env, PIP_NO_INDEX: '1', PIP_FIND_LINKS: folder },
          },
        );
      expect(JSON.parse(run().stdout)).toEqual({ changed: true, directory: plugin });
      expect(JSON.parse(run().stdout)).toEqual({ changed: false, directory: plugin });
      expect(findPlugin()).toBe(plugin);
      mkdirSync(join(folder, 'other'));
      compilePlugin(join(folder, 'other', 'old.so'), { CUDA_VERSION: 13000, TABLE_SIZE: 400 });
      rmSync(plugin);
      symlinkSync(join(folder, 'other', 'old.so'), plugin);
      const { status, stderr } = run();
      expect(status).toBe(2);
      expect(stderr).toMatch(/the plugin that Python has installed is passed over: setup xla: .* is too old/);
      expect(stderr).toMatch(/about 2\.2 GB to download/);
      expect(stderr).toMatch(/downloading jax-cuda13-pjrt 0\.12\.0\.1 failed/);
    },
  );
});
