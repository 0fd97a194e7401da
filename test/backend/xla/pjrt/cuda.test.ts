import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { installedCudaPlugin } from '../../../../lib/backend/setup/xla';
import { Client } from '../../../../lib/backend/xla/pjrt/client';
import { cudaOptions, cudaToolkit, loadCudaLibraries } from '../../../../lib/backend/xla/pjrt/cuda';
import { loadPlugin } from '../../../../lib/backend/xla/pjrt/plugin';
import { canCompile, compilePlugin } from '../../../support/fake-plugin';
import { pluginPath } from './plugin-path';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-cuda-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const plugin = (): string => join(folder, 'jax_plugins', 'xla_cuda13', 'xla_cuda_plugin.so');
/** A library with a name of CUDA's in the folder that NVIDIA's wheels have it in. */
const library = (path: string): void => compilePlugin(join(folder, 'nvidia', path), {});

describe('a client for CUDA', () => {
  it('takes one device and its memory as it is needed, unless JAX’s variables say otherwise', () => {
    expect(cudaOptions({})).toEqual({ visible_devices: [0], preallocate: false });
    expect(
      cudaOptions({
        XLA_PYTHON_CLIENT_PREALLOCATE: 'true',
        XLA_CLIENT_MEM_FRACTION: '0.5',
        XLA_PYTHON_CLIENT_ALLOCATOR: 'platform',
      }),
    ).toEqual({
      visible_devices: [0],
      preallocate: true,
      memory_fraction: { float: 0.5 },
      allocator: 'platform',
    });
    for (const fraction of ['0', '1.5', 'half'])
      expect(() => cudaOptions({ XLA_CLIENT_MEM_FRACTION: fraction })).toThrow(
        `XLA_CLIENT_MEM_FRACTION must be a number above 0 and at most 1, got '${fraction}'`,
      );
  });

  it.skipIf(!canCompile)(
    'is told its options only where the plugin says that it is for CUDA (needs a C compiler)',
    () => {
      const got = (name: string, defines: Record<string, number>): string => {
        const path = join(folder, name);
        compilePlugin(path, defines);
        const { stdout } = spawnSync(
          process.execPath,
          [join(__dirname, '../../../../bin/rlhf-kit.js'), 'doctor', '--engine', 'xla'],
          {
            encoding: 'utf8',
            env: { ...process.env, RLHF_KIT_PJRT_PLUGIN: path, XLA_CLIENT_MEM_FRACTION: '0.5' },
          },
        );
        return (JSON.parse(stdout) as { detail: string }).detail;
      };
      expect(got('cuda.so', { CUDA_VERSION: 13000 })).toContain(
        'finds no device: INVALID_ARGUMENT: visible_devices=[0,] preallocate=false memory_fraction=0.5f ;',
      );
      expect(got('other.so', {})).toContain('finds no device: INVALID_ARGUMENT: ;');
    },
  );

  it.skipIf(pluginPath === undefined)('is written as every plugin reads it: that for processors takes it (needs the plugin of setup xla)', () => {
    const client = new Client(loadPlugin(pluginPath as string), { cpu_device_count: 1, ...cudaOptions({ XLA_CLIENT_MEM_FRACTION: '0.5' }) });
    expect(client.devices).toHaveLength(1);
    client.dispose();
  }); // prettier-ignore

  const installed = installedCudaPlugin('cuda13') ?? installedCudaPlugin('cuda12');
  it.skipIf(installed === undefined)(
    'is refused for the want of a device alone, not of an option (needs JAX’s plugin for CUDA installed for Python)',
    () => {
      const path = installed as string;
      loadCudaLibraries(path);
      try {
        new Client(loadPlugin(path), cudaOptions({ XLA_CLIENT_MEM_FRACTION: '0.5' })).dispose();
      } catch (error) {
        expect(String(error)).toMatch(/FAILED_PRECONDITION: No visible GPU devices/);
      }
    },
  );
});

describe('the libraries of CUDA', () => {
  it.skipIf(!canCompile)(
    'are loaded from NVIDIA’s wheels beside the plugin, of CUDA 12 and of 13 (needs a C compiler)',
    () => {
      expect(loadCudaLibraries(plugin())).toEqual([]);
      for (const path of ['cu13/lib/libcublas.so.13', 'cu13/lib/libcublasLt.so.13', 'cudnn/lib/libcudnn.so.9', 'cusolver/lib/libcusolver.so.11'])
      library(path); // prettier-ignore
      mkdirSync(join(folder, 'nvidia/nccl/lib'), { recursive: true });
      writeFileSync(join(folder, 'nvidia/nccl/lib/libnccl.so.2'), 'damaged');
      const paths = loadCudaLibraries(plugin()).map((path) => path.slice(`${folder}/nvidia/`.length));
      expect(paths).toEqual(['cu13/lib/libcublasLt.so.13', 'cu13/lib/libcublas.so.13', 'cusolver/lib/libcusolver.so.11', 'cudnn/lib/libcudnn.so.9']); // prettier-ignore
    },
  );

  it.each(['cu13', 'cuda_nvcc'])(
    'bring device code in %s; without it the system’s is looked for',
    (wheel) => {
      vi.stubEnv('CUDA_HOME', join(folder, 'system'));
      const deviceCode = (root: string): void => {
        mkdirSync(join(root, 'nvvm/libdevice'), { recursive: true });
        writeFileSync(join(root, 'nvvm/libdevice/libdevice.10.bc'), '');
      };
      deviceCode(join(folder, 'system'));
      expect(cudaToolkit(plugin())).toBe(join(folder, 'system'));
      deviceCode(join(folder, 'nvidia', wheel));
      expect(cudaToolkit(plugin())).toBe(join(folder, 'nvidia', wheel));
    },
  );
});
