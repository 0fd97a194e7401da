import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as tf from '@tensorflow/tfjs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useEngine } from '../../lib/backend';
import { InputError } from '../../lib/errors';
import { readSafetensors, readShardedSafetensors, writeSafetensors } from '../../lib/model/weights';

const directory = mkdtempSync(join(tmpdir(), 'weights-'));
const file = (name: string): string => join(directory, name);
beforeAll(() => useEngine('cpu'));
afterAll(() => rmSync(directory, { recursive: true }));

/** A safetensors file by hand. */
function raw(header: unknown, body: Uint8Array): Buffer {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  return Buffer.concat([length, json, body]);
}
const write = (name: string, content: Buffer): string => {
  writeFileSync(file(name), content);
  return file(name);
};

describe('safetensors', () => {
  const numbers = [0, -0, 1, -1.5, 0.1, 65504, 6e-8, 6.1e-5, -3.3e-6, 1024.5, 2049, 2051];

  it('come back exactly in F32', () => {
    const path = file('f32.safetensors');
    writeSafetensors(path, { a: tf.tensor2d(numbers, [3, 4]), b: tf.tensor1d([7]) });
    const read = readSafetensors(path);
    expect(Object.keys(read)).toEqual(['a', 'b']);
    expect(read['a']?.shape).toEqual([3, 4]);
    expect(read['a']?.dataSync()).toEqual(Float32Array.from(numbers));
  });

  it('round to the nearest half in F16, ties to even', () => {
    const path = file('f16.safetensors');
    writeSafetensors(path, { a: tf.tensor1d(numbers) }, 'F16');
    // 1024.5, 2049 and 2051 lie halfway; below 2⁻¹⁴ halves are multiples of 2⁻²⁴.
    const tiny = [2 ** -24, 1023 * 2 ** -24, -55 * 2 ** -24];
    const expected = [0, -0, 1, -1.5, 0.0999755859375, 65504, ...tiny, 1024, 2048, 2052];
    expect(readSafetensors(path)['a']?.dataSync()).toEqual(Float32Array.from(expected));
    expect(readFileSync(path).length).toBeLessThan(200);
  });

  it('keep the upper half of the bits in BF16, rounded to even', () => {
    const path = file('bf16.safetensors');
    writeSafetensors(path, { a: tf.tensor1d([1, 0.1, 257, 259, -3]) }, 'BF16');
    expect(Array.from(readSafetensors(path)['a']?.dataSync() as Float32Array)).toEqual([
      1, 0.10009765625, 256, 260, -3,
    ]);
  });

  it('are read from the shards of an index', () => {
    writeSafetensors(file('one.safetensors'), { a: tf.tensor1d([1]) });
    writeSafetensors(file('two.safetensors'), { b: tf.tensor1d([2]) });
    const index = { weight_map: { a: 'one.safetensors', b: 'two.safetensors' } };
    writeFileSync(file('model.safetensors.index.json'), JSON.stringify(index));
    const read = readShardedSafetensors(directory);
    expect([read['a']?.values[0], read['b']?.values[0]]).toEqual([1, 2]);

    writeFileSync(
      file('model.safetensors.index.json'),
      JSON.stringify({ weight_map: { c: 'one.safetensors' } }),
    );
    expect(() => readShardedSafetensors(directory)).toThrow(/lists c, which is in none of its shards/);
    writeFileSync(
      file('model.safetensors.index.json'),
      JSON.stringify({ weight_map: { a: 'three.safetensors' } }),
    );
    expect(() => readShardedSafetensors(directory)).toThrow(/cannot read .*three.safetensors/);
    writeFileSync(file('model.safetensors.index.json'), '{}');
    expect(() => readShardedSafetensors(directory)).toThrow(/'weight_map' must be an object/);
  });
});

describe('readSafetensors', () => {
  const entry = (change: object) => ({ w: { dtype: 'F32', shape: [2], data_offsets: [0, 8], ...change } });
  const floats = (...values: number[]) => new Uint8Array(Float32Array.from(values).buffer);
  const refusal = (name: string, content: Buffer, message: RegExp): void => {
    const path = write(name, content);
    const before = tf.memory().numTensors;
    expect(() => readSafetensors(path)).toThrow(InputError);
    expect(() => readSafetensors(path)).toThrow(message);
    expect(() => readSafetensors(path)).toThrow(name);
    expect(tf.memory().numTensors).toBe(before);
  };

  it('refuses a missing file', () => {
    expect(() => readSafetensors(file('absent'))).toThrow(/cannot read .*absent/);
  });

  it('refuses files cut short at any place', () => {
    const whole = raw(entry({}), floats(1, 2));
    refusal('cut-length', whole.subarray(0, 5), /not a whole safetensors file/);
    refusal('cut-header', whole.subarray(0, 20), /not a whole safetensors file/);
    refusal('cut-body', whole.subarray(0, whole.length - 1), /ends inside w/);
  });

  it('says that the pointer of Git LFS holds no weights', () => {
    const pointer = 'version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n';
    refusal('pointer', Buffer.from(pointer), /expected weights, got the pointer that Git LFS leaves/);
  });

  it('refuses garbled headers', () => {
    refusal('garbled', raw('{"w": nonsense', floats()), /header is not JSON/);
    refusal('null', raw('null', floats()), /'header' must be an object/);
    refusal('entry', raw({ w: 3 }, floats()), /w must have a shape and two data_offsets/);
    refusal('negative', raw(entry({ data_offsets: [-8, 0] }), floats(1, 2)), /w must have a shape/);
  });

  it('refuses other types and sizes that do not fit, naming the tensor', () => {
    refusal('type', raw(entry({ dtype: 'I64' }), floats(1, 2)), /w must be of type F32, F16, BF16, got I64/);
    refusal('size', raw(entry({ shape: [3] }), floats(1, 2)), /w \[3\] must take 12 bytes, got 8/);
  });

  it('refuses NaN and infinite weights', () => {
    refusal('nan', raw(entry({}), floats(1, Number.NaN)), /w holds NaN at position 1/);
    refusal('infinite', raw(entry({}), floats(-Infinity, 1)), /w holds -Infinity at position 0/);
  });
});

describe('writeSafetensors', () => {
  it('refuses what the type cannot hold and leaves the old file', () => {
    const path = file('kept.safetensors');
    writeSafetensors(path, { a: tf.tensor1d([3]) });
    expect(() => writeSafetensors(path, { a: tf.tensor1d([Number.NaN]) })).toThrow(
      /a holds NaN at position 0/,
    );
    expect(() => writeSafetensors(path, { a: tf.tensor1d([70000]) }, 'F16')).toThrow(/no finite F16/);
    expect(readSafetensors(path)['a']?.dataSync()[0]).toBe(3);
  });
});
