import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'; // prettier-ignore
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BackendUnavailableError } from '../../../lib/backend';
import { isWhole, writeMarker } from '../../../lib/backend/setup/marker';
import { armBuild, cpuBuild, gpuBuild } from '../../../lib/backend/setup/pins';
import { announcement, chooseBuild, engineDirectory, isNeeded, setupTensorflow } from '../../../lib/backend/setup/tensorflow'; // prettier-ignore
import { downloadArguments, unpack, verifyHash } from '../../../lib/backend/setup/wheel';

let folder = '';
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-setup-'))));
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

describe('the plan of a setup', () => {
  it('has one build for each platform, and a sentence for the others', () => {
    expect(chooseBuild(false, 'linux', 'x64')).toBe(cpuBuild);
    expect(chooseBuild(false, 'linux', 'arm64')).toBe(armBuild);
    expect(chooseBuild(true, 'linux', 'x64')).toBe(gpuBuild);
    expect(() => chooseBuild(false, 'darwin', 'arm64')).toThrow(
      'setup tensorflow knows Linux on x64 and arm64 only, got darwin on arm64; the wasm engine runs everywhere',
    );
    expect(() => chooseBuild(true, 'linux', 'arm64')).toThrow(
      /setup tensorflow --gpu knows Linux on x64 only/,
    );
  });

  it('pins every wheel by hash and asks pip for the same one whatever Python runs it', () => {
    for (const { wheels } of [cpuBuild, armBuild, gpuBuild]) {
      for (const { sha256, version } of wheels) {
        expect(sha256).toMatch(/^[0-9a-f]{64}$/);
        expect(version).toMatch(/^\d+(\.\d+)+$/);
      }
    }
    const command = downloadArguments(cpuBuild.wheels[0]!, 'x86_64', 'there').join(' ');
    expect(command).toMatch(
      /--python-version 3\.11 --platform manylinux_2_27_x86_64 .*--dest there tensorflow-cpu==2\.21\.0$/,
    );
    expect(downloadArguments(armBuild.wheels[0]!, 'aarch64', 'there')).toContain('manylinux2014_aarch64');
  });

  it('says what comes from where and how big it is; the GPU build brings each CUDA library that TensorFlow opens', () => {
    const small = announcement(cpuBuild, '/cache');
    expect(small).toMatch(
      /^fetching tensorflow-cpu 2\.21\.0 from the Python package index .* 274 MB to download, 0\.9 GB on disk in \/cache; once$/,
    );
    const big = announcement(gpuBuild, '/cache');
    expect(big).toMatch(/12 CUDA libraries .*about 2\.6 GB to download, about 5 GB on disk/);
    for (const library of [
      'cublas',
      'cudnn',
      'cufft',
      'cusolver',
      'cusparse',
      'nccl',
      'cuda-cupti',
      'cuda-runtime',
    ])
      expect(big).toContain(`nvidia-${library}-cu12`);
  });

  it('takes libraries, the C headers and licences out of the wheels, nothing else', () => {
    const wanted = [
      'tensorflow/libtensorflow_cc.so.2',
      'tensorflow/include/tensorflow/c/eager/c_api.h',
      'tensorflow/include/xla/tsl/c/tsl_status.h',
      'tensorflow/THIRD_PARTY_NOTICES.txt',
      'nvidia/cudnn/lib/libcudnn.so.9',
      'nvidia/cuda_nvcc/nvvm/libdevice/libdevice.10.bc',
      'nvidia/cuda_nvcc/bin/ptxas',
      'nvidia_cudnn_cu12-9.28.0.42.dist-info/licenses/License.txt',
    ];
    const unwanted = [
      'tensorflow/python/framework/ops.py',
      'tensorflow/python/_pywrap_tensorflow_internal.so',
      'tensorflow/include/external/eigen/Eigen/Core.h',
      'nvidia/cudnn/include/cudnn.h',
    ];
    expect([...wanted, ...unwanted].filter(isNeeded)).toEqual(wanted);
  });

  it('keeps engines in RLHF_KIT_CACHE, else in the user’s cache folder', () => {
    vi.stubEnv('RLHF_KIT_CACHE', '/somewhere');
    expect(engineDirectory(cpuBuild)).toBe('/somewhere/tensorflow/2.21.0-cpu');
    vi.stubEnv('RLHF_KIT_CACHE', '');
    vi.stubEnv('XDG_CACHE_HOME', '/xdg');
    expect(engineDirectory(gpuBuild)).toBe('/xdg/rlhf-kit/tensorflow/2.21.0-gpu');
  });
});

describe('the marker of a finished setup', () => {
  const library = (): string => join(folder, 'tensorflow', 'libtensorflow_cc.so.2');
  beforeEach(async () => {
    mkdirSync(join(folder, 'tensorflow'));
    writeFileSync(library(), 'library');
    writeFileSync(join(folder, 'tensorflow', 'c_api.h'), 'header');
    await writeMarker(folder, cpuBuild);
  });

  it('stands for a whole one, also when a library was only touched', async () => {
    expect(await isWhole(folder, cpuBuild)).toBe(true);
    utimesSync(library(), 1, 1);
    expect(await isWhole(folder, cpuBuild)).toBe(true);
    expect(await isWhole(join(folder, 'elsewhere'), cpuBuild)).toBe(false);
  });

  it.each([
    ['is shorter', () => writeFileSync(library(), 'lib')],
    [
      'has other bytes of the same length',
      () => (writeFileSync(library(), 'LIBRARY'), utimesSync(library(), 1, 1)),
    ],
    ['is gone', () => rmSync(library())],
  ])('does not when a library %s', async (_, damage) => {
    damage();
    expect(await isWhole(folder, cpuBuild)).toBe(false);
  });

  it('does not when the kit asks for other wheels', async () => {
    expect(await isWhole(folder, armBuild)).toBe(false);
  });
});

describe('a wheel', () => {
  it('with another hash is refused', async () => {
    writeFileSync(join(folder, 'x.whl'), 'abc');
    const abc = 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad';
    await verifyHash(join(folder, 'x.whl'), abc, 'x 1.0');
    await expect(verifyHash(join(folder, 'x.whl'), abc.replace('b', 'c'), 'x 1.0')).rejects.toThrow(
      /^x 1\.0: SHA-256 must be ca78.*, got ba78.*; nothing was installed$/,
    );
  });

  it('is unpacked where it is wanted, programs executable', async () => {
    // Two stored entries, a/run (mode 755) and b/skip, made with Python's zipfile.
    const zip = 'UEsDBBQAAAAAAAAAIQCsKpPYAgAAAAIAAAAFAAAAYS9ydW5oaVBLAwQUAAAAAAAAACEArCqT2AIAAAACAAAABgAAAGIvc2tpcGhpUEsBAhQDFAAAAAAAAAAhAKwqk9gCAAAAAgAAAAUAAAAAAAAAAAAAAO2BAAAAAGEvcnVuUEsBAhQDFAAAAAAAAAAhAKwqk9gCAAAAAgAAAAYAAAAAAAAAAAAAAKSBJQAAAGIvc2tpcFBLBQYAAAAAAgACAGcAAABLAAAAAAA='; // prettier-ignore
    writeFileSync(join(folder, 'x.whl'), Buffer.from(zip, 'base64'));
    await unpack(join(folder, 'x.whl'), join(folder, 'out'), (entry) => entry === 'a/run');
    expect(readdirSync(join(folder, 'out'), { recursive: true }).sort()).toEqual(['a', 'a/run']);
    expect(readFileSync(join(folder, 'out/a/run'), 'utf8')).toBe('hi');
    expect(statSync(join(folder, 'out/a/run')).mode & 0o111).not.toBe(0);
  });
});

describe.skipIf(process.platform !== 'linux')(
  'setup on a machine without the programs it needs (Linux only)',
  () => {
    const program = (name: string, body: string): void => {
      writeFileSync(join(folder, name), `#!/bin/sh\n${body}\n`);
      chmodSync(join(folder, name), 0o755);
    };
    const attempt = async (): Promise<{ said: string[]; error: unknown }> => {
      const said: string[] = [];
      vi.stubEnv('PATH', folder);
      vi.stubEnv('CXX', '');
      vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'cache'));
      const error: unknown = await setupTensorflow({ gpu: false, say: (line) => said.push(line) }).catch(
        (e: unknown) => e,
      );
      expect(error).toBeInstanceOf(BackendUnavailableError);
      return { said, error };
    };

    it('names the one that is missing, before it fetches anything', async () => {
      const messages: string[] = [];
      for (const name of ['python3', 'npm', 'tar', 'g++']) {
        const { said, error } = await attempt();
        expect(said).toEqual([]);
        messages.push((error as Error).message);
        program(name, 'exit 0');
      }
      expect(messages).toEqual([
        'setup needs python3 or python (with pip, which downloads TensorFlow); none can be run',
        'setup needs npm (it downloads the binding); none can be run',
        'setup needs tar (it unpacks the binding); none can be run',
        'setup needs g++ or c++ or clang++ (it compiles the binding); none can be run',
      ]);
      expect(existsSync(join(folder, 'cache'))).toBe(false);
    });

    it('takes a Python without pip for none', async () => {
      program('python3', 'case "$2" in pip) exit 1;; esac');
      expect(String((await attempt()).error)).toMatch(/with pip/);
    });

    it('announces the download, and passes on pip’s reason when it fails, leaving nothing behind', async () => {
      for (const name of ['npm', 'tar', 'g++']) program(name, 'exit 0');
      program('python3', '[ "$3" = download ] && { echo "ERROR: no such wheel" >&2; exit 1; }; exit 0');
      const { said, error } = await attempt();
      expect(said).toHaveLength(1);
      expect(said[0]).toMatch(/274 MB to download, 0\.9 GB on disk/);
      expect(String(error)).toMatch(
        /downloading tensorflow-cpu 2\.21\.0 failed \(python3 exited with 1\): ERROR: no such wheel/,
      );
      expect(readdirSync(join(folder, 'cache/tensorflow'))).toEqual([]);
    });

    it('refuses a wheel that is not the pinned one, leaving nothing behind', async () => {
      for (const name of ['npm', 'tar', 'g++']) program(name, 'exit 0');
      symlinkSync('/bin/mkdir', join(folder, 'mkdir'));
      program(
        'python3',
        '[ "$3" = download ] || exit 0\nwhile [ "$1" != --dest ]; do shift; done\nmkdir -p "$2"; echo forged > "$2/x.whl"',
      );
      const { error } = await attempt();
      expect(String(error)).toMatch(
        /tensorflow-cpu 2\.21\.0: SHA-256 must be 2b847d21.*; nothing was installed/,
      );
      expect(readdirSync(join(folder, 'cache/tensorflow'))).toEqual([]);
    });

    it('says in one sentence that the cache cannot be written', async () => {
      for (const name of ['python3', 'npm', 'tar', 'g++']) program(name, 'exit 0');
      writeFileSync(join(folder, 'cache'), 'a file');
      expect(String((await attempt()).error)).toMatch(/setup tensorflow: ENOTDIR: not a directory/);
    });
  },
);
