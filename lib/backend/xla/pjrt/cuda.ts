/** What plugins for CUDA want besides a program: libraries, the toolkit's folder, options. NVIDIA's wheels lie two folders above the plugin. */
import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { InputError } from '../../../errors';
import type { ClientOptions, NamedValue } from './named-values';
import { loadForGood } from './plugin';

/** Whether a plugin says that it is one. */
export function isForCuda(attributes: Readonly<Record<string, NamedValue>>): boolean {
  return 'cuda_version' in attributes;
}

/** Folders of NVIDIA's wheels (CUDA 13 has most in one) with the libraries to load from them, those first that others need. */
const libraries = [
  [['cuda_runtime', 'cu13'], 'libcudart'],
  [['nvjitlink', 'cu13'], 'libnvJitLink'],
  [['cuda_nvrtc', 'cu13'], 'libnvrtc'],
  [['cublas', 'cu13'], 'libcublasLt'],
  [['cublas', 'cu13'], 'libcublas'],
  [['nccl'], 'libnccl'],
  [['cuda_cupti', 'cu13'], 'libcupti'],
  [['cusparse', 'cu13'], 'libcusparse'],
  [['cusolver', 'cu13'], 'libcusolver'],
  [['cufft', 'cu13'], 'libcufft'],
  [['cudnn'], 'libcudnn'],
] as const;

function nvidiaFolder(plugin: string): string {
  return join(dirname(plugin), '..', '..', 'nvidia');
}

/**
 * Loads CUDA's libraries from NVIDIA's wheels where they lie beside a plugin. Its own search path leaves some out (cuSOLVER of CUDA 12, what cuDNN
 * compiles with), and what is loaded already is found by its name.
 *
 * @returns the files that were loaded; what is not there is left to the system.
 */
export function loadCudaLibraries(plugin: string): string[] {
  return libraries.flatMap(([folders, library]) =>
    folders.flatMap((folder) => {
      const directory = join(nvidiaFolder(plugin), folder, 'lib');
      const name = existsSync(directory)
        ? readdirSync(directory).find((file) => file.startsWith(`${library}.so.`))
        : undefined;
      return name !== undefined && loadForGood(join(directory, name)) ? [join(directory, name)] : [];
    }),
  );
}

/** CUDA's folder with device code of mathematical functions and the assembler: from NVIDIA's wheels, else the system's. */
export function cudaToolkit(plugin: string): string | undefined {
  const candidates = [
    join(nvidiaFolder(plugin), 'cu13'),
    join(nvidiaFolder(plugin), 'cuda_nvcc'),
    process.env['CUDA_HOME'] ?? '',
    '/usr/local/cuda',
  ];
  return candidates.find(
    (folder) => folder !== '' && existsSync(join(folder, 'nvvm', 'libdevice', 'libdevice.10.bc')),
  );
}

/**
 * Options of a client for CUDA. One device: the engine computes on the first that `CUDA_VISIBLE_DEVICES` leaves. Memory is taken as it is
 * needed, so that the processes of a pipeline have room beside each other, unless JAX's own variables say otherwise:
 * `XLA_PYTHON_CLIENT_PREALLOCATE`, `XLA_CLIENT_MEM_FRACTION` (of the device's memory, the most that is taken; the plugin's default is 0.75)
 * and `XLA_PYTHON_CLIENT_ALLOCATOR`.
 *
 * @throws {InputError} for a fraction that is none.
 */
export function cudaOptions(environment: Readonly<Record<string, string | undefined>>): ClientOptions {
  const preallocate = environment['XLA_PYTHON_CLIENT_PREALLOCATE'] || 'false';
  const allocator = environment['XLA_PYTHON_CLIENT_ALLOCATOR'];
  const fraction = environment['XLA_CLIENT_MEM_FRACTION'];
  if (fraction && !(Number(fraction) > 0 && Number(fraction) <= 1))
    throw new InputError(`XLA_CLIENT_MEM_FRACTION must be a number above 0 and at most 1, got '${fraction}'`);
  return {
    visible_devices: [0],
    preallocate: preallocate === '1' || preallocate.toLowerCase() === 'true',
    ...(allocator && { allocator }),
    ...(fraction && { memory_fraction: { float: Number(fraction) } }),
  };
}
