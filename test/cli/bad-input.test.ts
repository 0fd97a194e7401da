/** Every way in which a user's files or flags can be wrong, through the program itself: one sentence, exit code 2, nothing lost. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { writeJsonLines } from '../../lib/files';
import { mountable, onSmallDisk } from '../support/small-disk';
import { saveTinyModel } from '../support/tiny-model';

const program = join(__dirname, '..', '..', 'bin', 'rlhf-kit.js');
const pair = { prompt: 'What is two and two?', chosen: 'Four.', rejected: 'Five, I think.' };

let folder: string;
const at = (path: string): string => join(folder, path);
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-bad-input-'));
  await useEngine('cpu');
  saveTinyModel(at('model'), Object.values(pair));
  writeJsonLines(at('pairs.jsonl'), Array(8).fill(pair));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A copy of the model in which one file was changed. */
function damaged(name: string, file: string, change: (bytes: Buffer) => Buffer | string): void {
  cpSync(at('model'), at(name), { recursive: true });
  writeFileSync(at(`${name}/${file}`), change(readFileSync(at(`${name}/${file}`))));
}

/** JSON with some keys set; `undefined` takes a key out. */
const edited =
  (changes: Record<string, unknown>) =>
  (bytes: Buffer): string =>
    JSON.stringify({ ...(JSON.parse(bytes.toString()) as object), ...changes });

const run = (line: string) =>
  spawnSync(process.execPath, [program, ...line.split(' ')], {
    cwd: folder,
    env: { ...process.env, RLHF_KIT_ENGINE: 'cpu', RLHF_KIT_PROGRESS: 'off' },
    encoding: 'utf8',
  });

function refused(line: string, sentence: RegExp): void {
  const { stderr, status } = run(line);
  // tfjs greets in a frame of its own on its plain engine.
  const said = stderr
    .split('\n')
    .filter((text) => text !== '' && !/^=+$|TensorFlow\.js in Node\.js/.test(text));
  expect(said, stderr).toHaveLength(1);
  expect(said[0]).toMatch(sentence);
  expect(status).toBe(2);
}

const reward = (changes: { model?: string; pairs?: string; more?: string; out?: string } = {}): string =>
  `reward --model ${changes.model ?? 'model'} --pairs ${changes.pairs ?? 'pairs.jsonl'} --max-steps 1 --batch-size 2 --eval-fraction 0${changes.more ?? ''} --out ${changes.out ?? 'out'}`;

describe('what is wrong is named before anything is written', () => {
  it.each<[string, () => void, string, RegExp]>([
    [
      'a flag out of range',
      () => {},
      reward({ more: ' --learning-rate -1' }),
      /'learningRate' must be .*, got -1/,
    ],
    [
      'an unknown key of a config file',
      () => writeFileSync(at('config.json'), '{"lerningRate": 1}'),
      reward({ more: ' --config config.json' }),
      /unknown .*'lerningRate'.*learningRate/,
    ],
    ['a missing file', () => {}, reward({ pairs: 'none.jsonl' }), /cannot read none\.jsonl: no such file/],
    [
      'a gzip file cut short',
      () => {
        writeFileSync(at('cut.jsonl.gz'), gzipSync(`${JSON.stringify(pair)}\n`.repeat(999)));
        truncateSync(at('cut.jsonl.gz'), 60);
      },
      reward({ pairs: 'cut.jsonl.gz' }),
      /cut\.jsonl\.gz: .*(cut short|truncated|unexpected end)/,
    ],
    [
      'weights cut short',
      () => damaged('short', 'model.safetensors', (bytes) => bytes.subarray(0, bytes.length - 100)),
      reward({ model: 'short' }),
      /model\.safetensors: the file ends inside .* \(cut short\?\)/,
    ],
    [
      'weights of a type that cannot be',
      () =>
        damaged('typed', 'model.safetensors', (bytes) =>
          Buffer.from(bytes.toString('latin1').replace('"F32"', '"I64"'), 'latin1'),
        ),
      reward({ model: 'typed' }),
      /model\.safetensors: .* must be of type F32, .*got I64/,
    ],
    [
      'weights of another shape than the config says',
      () => damaged('shaped', 'config.json', edited({ intermediate_size: 16 })),
      reward({ model: 'shaped' }),
      /mlp\.\w+\.weight.*\[16,8\].*\[12,8\]/,
    ],
    [
      'NaN among the weights',
      () =>
        damaged('nan', 'model.safetensors', (bytes) => {
          bytes.writeFloatLE(NaN, bytes.length - 4);
          return bytes;
        }),
      reward({ model: 'nan' }),
      /model\.safetensors: .* holds NaN at position \d+; the weights are damaged/,
    ],
    [
      'a tokenizer without an end token',
      () => {
        damaged('endless', 'tokenizer_config.json', edited({ eos_token: undefined }));
      },
      reward({ model: 'endless' }),
      /endless: tokenizer_config\.json must name an eos_token/,
    ],
    [
      'a pair with an empty answer',
      () => writeJsonLines(at('empty.jsonl'), [pair, { ...pair, chosen: '' }]),
      reward({ pairs: 'empty.jsonl', more: ' --on-bad-row stop' }),
      /empty\.jsonl:2: 'chosen' .*empty/,
    ],
    [
      'a pair of identical answers',
      () => writeJsonLines(at('same.jsonl'), [pair, { ...pair, rejected: pair.chosen }]),
      reward({ pairs: 'same.jsonl', more: ' --on-bad-row stop' }),
      /same\.jsonl:2: 'rejected' is the same text as chosen/,
    ],
  ])('%s', (_, prepare, line, sentence) => {
    prepare();
    refused(line, sentence);
    expect(existsSync(at('out'))).toBe(false);
  });
});

it.each([
  ['ppo.klCeof=0.1', /unknown setting 'ppo\.klCeof'; did you mean 'ppo\.klCoef'\?/],
  ['ppo.klCoef=-1', /'ppo\.klCoef' must be a number ≥ 0, got -1/],
  ['ppo.klCoef', /expected path=value, as in ppo\.klCoef=0\.1, got 'ppo\.klCoef'/],
  ['world.demonstration=3', /did you mean 'world\.demonstrations'\?/],
])('pipeline --set %s', (setting, sentence) => {
  refused(`pipeline --preset smoke --out out --set ${setting}`, sentence);
  expect(existsSync(at('out'))).toBe(false);
});

it.each<[object, RegExp]>([
  [{ ppo: { klCeof: 0.1 } }, /unknown key 'ppo\.klCeof'; did you mean 'ppo\.klCoef'\?/],
  [{ ppo: 3 }, /'ppo' must be an object, got 3/],
  [{ pppo: {} }, /unknown key 'pppo'; did you mean 'ppo'\?/],
])('pipeline --config with %j', (config, sentence) => {
  writeFileSync(at('config.json'), JSON.stringify(config));
  refused('pipeline --preset smoke --out out --config config.json', sentence);
});

it('schema of a command that there is not', () => {
  refused('schema pipline', /schema: unknown command 'pipline'; did you mean 'pipeline'\?/);
});

describe('what is there stays', () => {
  it('a run directory that exists is not touched', () => {
    mkdirSync(at('mine'));
    writeFileSync(at('mine/notes.txt'), 'dear diary');
    refused(reward({ out: 'mine' }), /mine exists; nothing is overwritten/);
    expect(readdirSync(at('mine'))).toEqual(['notes.txt']);
  });

  it.skipIf(!mountable())(
    'a full disk is said in one sentence and leaves no half-written file (needs root)',
    () => {
      mkdirSync(at('disk'));
      onSmallDisk(at('disk'), '32k', () => {
        refused(reward({ out: 'disk/out' }), /cannot write .*: the disk is full/);
        const left = readdirSync(at('disk'), { recursive: true }) as string[];
        expect(left.filter((name) => /\.tmp|safetensors$/.test(name))).toEqual([]);
      });
    },
  );
});
