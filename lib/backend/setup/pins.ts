/** What `setup` fetches for Linux, pinned by hash. */
import { BackendUnavailableError } from '../engine';

/** A Python wheel: a zip file on the package index. Only libraries and headers are taken out of it. */
export interface WheelPin {
  readonly name: string;
  readonly version: string;
  readonly sha256: string;
}

/** Everything of one build of the engine. */
export interface EngineBuild {
  /** Folder below the cache. */
  readonly folder: string;
  /** Node's name of the processor, and what wheels call it. */
  readonly arch: 'x64' | 'arm64';
  readonly machine: 'x86_64' | 'aarch64';
  readonly wheels: readonly WheelPin[];
  /** In words, for the announcement. */
  readonly downloadSize: string;
  readonly diskSize: string;
}

/**
 * The build for a platform.
 *
 * @param command that asks, and what else there is: for the sentence when none fits.
 * @throws {BackendUnavailableError} on a platform that no build is for.
 */
export function buildFor(
  builds: readonly EngineBuild[],
  platform: string,
  arch: string,
  command: string,
  otherwise: string,
): EngineBuild {
  const build = builds.find((candidate) => platform === 'linux' && candidate.arch === arch);
  if (build !== undefined) return build;
  throw new BackendUnavailableError(
    `${command} knows Linux on ${builds.map((known) => known.arch).join(' and ')} only, got ${platform} on ${arch}; ${otherwise}`,
  );
}

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
    ...(
      [
        ['cublas', '12.9.3.13', 'd7d51055f161b317c7105ddaae90e71eda059026074ffef93cf7cde2886bfe72'],
        ['cuda-cupti', '12.8.90', 'ea0cb07ebda26bb9b29ba82cda34849e73c166c18162d3913575b0c9db9a6182'],
        ['cuda-nvcc', '12.9.86', '5d6a0d32fdc7ea39917c20065614ae93add6f577d840233237ff08e9a38f58f0'],
        ['cuda-nvrtc', '12.9.86', '210cf05005a447e29214e9ce50851e83fc5f4358df8b453155d5e1918094dcb4'],
        ['cuda-runtime', '12.9.79', '25bba2dfb01d48a9b59ca474a1ac43c6ebf7011f1b0b8cc44f54eb6ac48a96c3'],
        ['cudnn', '9.28.0.42', '9ff58b7f36dacd0a93e89f8f2957b52466889217963701daa15e577317cfa375'],
        ['cufft', '11.4.1.4', 'c67884f2a7d276b4b80eb56a79322a95df592ae5e765cf1243693365ccab4e28'],
        ['curand', '10.3.10.19', '49b274db4780d421bd2ccd362e1415c13887c53c214f0d4b761752b8f9f6aa1e'],
        ['cusolver', '11.7.5.82', '15da72d1340d29b5b3cf3fd100e3cd53421dde36002eda6ed93811af63c40d88'],
        ['cusparse', '12.5.10.65', '73060ce019ac064a057267c585bf1fd5a353734151f87472ff02b2c5c9984e78'],
        ['nccl', '2.32.3', 'bb94b2348e4861d5e8aa00b36c3d12d9bdf9c6369b82cbb723de0b582280a21c'],
        ['nvjitlink', '12.9.86', 'e3f1171dbdc83c5932a45f0f4c99180a70de9bd2718c1ab77d14104f6d7147f9'],
      ] as const
    ).map(([library, own, sha256]) => ({ name: `nvidia-${library}-cu12`, version: own, sha256 })),
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

export type CudaVersion = 'cuda12' | 'cuda13';

const jaxVersion = '0.12.0.1';

/**
 * The plugin that JAX computes with on NVIDIA GPUs; its wheel needs no Python. It loads the user libraries of CUDA and cuDNN from the
 * system, or from `nvidia` beside its own folder when NVIDIA's wheels are unpacked there.
 */
export const cudaBuilds: Readonly<Record<CudaVersion, readonly EngineBuild[]>> = {
  cuda12: cudaBuild('cuda12', {
    x64: ['5ec28e06198d094031c37590b4ea753ae8cde4879ab4b60baf40f0dffb673286', '192 MB'],
    arm64: ['e6aa6c58c5420c1bda22db31a2f6c5c1d0a66cb701eeb731feae44fef197717c', '186 MB'],
  }),
  cuda13: cudaBuild('cuda13', {
    x64: ['5899bb6177eda86ea532afb9a26794f2bdd04966f6a01f9028266b16c2b6cf90', '135 MB'],
    arm64: ['40758d042df8c06991b6a1a8016b56e9cefb1ed4c677c062125c3eb71c3dab97', '129 MB'],
  }),
};

function cudaBuild(
  cuda: CudaVersion,
  wheels: Readonly<Record<EngineBuild['arch'], readonly [sha256: string, downloadSize: string]>>,
): EngineBuild[] {
  return (['x64', 'arm64'] as const).map((arch) => ({
    folder: `${jaxVersion}-${cuda}`,
    arch,
    machine: arch === 'x64' ? 'x86_64' : 'aarch64',
    wheels: [{ name: `jax-${cuda}-pjrt`, version: jaxVersion, sha256: wheels[arch][0] }],
    downloadSize: wheels[arch][1],
    diskSize: '0.4 GB',
  }));
}

/** The binding's npm package. Its own install script fetches an old TensorFlow and is not run. */
export const bindingPackage = {
  name: '@tensorflow/tfjs-node-gpu',
  version: '4.22.0',
  sha256: 'afd5599ee1662e732c00a0ad1f52a3d001bdc118a1f44bd592a0a0ebf2daa4c7',
} as const;
