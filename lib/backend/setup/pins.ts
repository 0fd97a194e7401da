/** What `setup` fetches for Linux, pinned by hash. */
import type { EngineBuild } from './engine-build';
import { nvidiaWheels, type CudaVersion } from './nvidia-wheels';

const version = '2.21.0';

/** TensorFlow for processors. */
export const cpuBuild: EngineBuild = {
  folder: `${version}-cpu`,
  arch: 'x64',
  machine: 'x86_64',
  wheels: [
    {
      name: 'tensorflow-cpu',
      version,
      sha256: '2b847d217b02ee7731ed91431daf3250daa0196c3c94614d23be27232e6e5b6c',
    },
  ],
  downloadSize: '274 MB',
  diskSize: '0.9 GB',
};

/** The same for ARM, where the one wheel is the processors' build. */
export const armBuild: EngineBuild = {
  folder: `${version}-cpu`,
  arch: 'arm64',
  machine: 'aarch64',
  wheels: [
    {
      name: 'tensorflow',
      version,
      sha256: '4b24aca16d527a3cf1c37f720c04c484c3d20f4d0fdfa98632ac8b9f3be6eb5c',
    },
  ],
  downloadSize: '282 MB',
  diskSize: '0.9 GB',
};

/**
 * TensorFlow for NVIDIA GPUs, with the CUDA 12 libraries that it loads: one wheel each, in the ranges that its own wheel asks
 * for. The libraries look for each other in `../nvidia/<library>/lib`, which is where the wheels have them.
 */
export const gpuBuild: EngineBuild = {
  folder: `${version}-gpu`,
  arch: 'x64',
  machine: 'x86_64',
  wheels: [
    {
      name: 'tensorflow',
      version,
      sha256: '9056fbc9ba04235810b71ae6cbd958a196e8804fb53bbcffbf3e23b56155f124',
    },
    ...nvidiaWheels('cuda12', 'x64'),
    {
      name: 'nvidia-curand-cu12',
      version: '10.3.10.19',
      sha256: '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e',
    },
  ],
  downloadSize: 'about 2.6 GB',
  diskSize: 'about 5 GB',
};

const pluginVersion = '0.0.1';

/** XLA's compiler and runtime for processors, behind PJRT's interface: the wheel is OpenXLA's. */
export const xlaBuilds: readonly EngineBuild[] = (
  [
    ['x64', 'x86_64', '55837b6b7b47daa717f2d9a5a03563ea0ceaa338d06a81a1e2d3f060d960decc', '63 MB', '260 MB'],
    [
      'arm64',
      'aarch64',
      '8f613be6e891858f40d64f9799319502fff42689661944fc18a6ffd8210b30c9',
      '50 MB',
      '250 MB',
    ],
  ] as const
).map(([arch, machine, sha256, downloadSize, diskSize]) => ({
  folder: `${pluginVersion}-cpu`,
  arch,
  machine,
  wheels: [{ name: 'xla-cpu-pjrt', version: pluginVersion, sha256 }],
  downloadSize,
  diskSize,
}));

const jaxVersion = '0.12.0.1';

/**
 * The plugin that JAX computes with on NVIDIA GPUs; its wheel needs no Python. It looks for the user libraries of CUDA and cuDNN in
 * `../../nvidia`, which is where NVIDIA's wheels have them, then on the system.
 */
export const cudaBuilds: Readonly<Record<CudaVersion, readonly EngineBuild[]>> = {
  cuda12: cudaBuild('cuda12', 'about 2.9 GB', 'about 5 GB', {
    x64: '5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286',
    arm64: 'e6aa6c58c5420c1bda22db31a2f6c5c1d0a66cb701eeb731feae44fef197717c',
  }),
  cuda13: cudaBuild('cuda13', 'about 2.2 GB', 'about 3.4 GB', {
    x64: '5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90',
    arm64: '40758d042df8c06991b6a1a8016b56e9cefb1ed4c677c062125c3eb71c3dab97',
  }),
};

function cudaBuild(
  cuda: CudaVersion,
  downloadSize: string,
  diskSize: string,
  plugins: Readonly<Record<EngineBuild['arch'], string>>,
): EngineBuild[] {
  return (['x64', 'arm64'] as const).map((arch) => ({
    folder: `${jaxVersion}-${cuda}`,
    arch,
    machine: arch === 'x64' ? 'x86_64' : 'aarch64',
    wheels: [
      { name: `jax-${cuda}-pjrt`, version: jaxVersion, sha256: plugins[arch] },
      ...nvidiaWheels(cuda, arch),
    ],
    downloadSize,
    diskSize,
  }));
}

/** The binding's npm package. Its own install script fetches an old TensorFlow and is not run. */
export const bindingPackage = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  sha256: 'afd5599ee1662e732c00a0ad1f52a3d001bdc118a1f44bd592a0a0ebf2daa4c7',
} as const;
