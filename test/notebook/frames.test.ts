import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { table } from 'arquero';
import { DataFrame } from 'danfojs-node';
import * as tf from '@tensorflow/tfjs';
import { afterAll, describe as suite, expect, it } from 'vitest';
import { InputError } from '../../lib/errors';
import { columnsOf, describe, readMetrics, readTable, toArquero, toDanfo } from '../../lib/notebook/frames';

const folder = mkdtempSync(join(tmpdir(), 'frames-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Ragged, with gaps, texts that need quotes, and values that danfo cannot hold. */
const rows = [
  { step: 1, loss: 0.5, text: 'a, "b"\nc', ok: true },
  { step: 2, loss: null, text: 'd', eval_loss: 0.25, prompt: [{ role: 'user', content: 'hi' }] },
  { step: 3, text: null, ok: false },
];

suite('columnsOf', () => {
  it('has the columns of every row, not of the first one alone, and null for what is missing', () => {
    expect(columnsOf(rows)).toEqual({
      step: [1, 2, 3],
      loss: [0.5, null, null],
      text: ['a, "b"\nc', 'd', null],
      ok: [true, null, false],
      eval_loss: [null, 0.25, null],
      prompt: [null, [{ role: 'user', content: 'hi' }], null],
    });
  });

  it('reads the three kinds of frame alike', () => {
    const plain = [
      { a: 1, b: 'x' },
      { a: 2.5, b: 'y' },
    ];
    const expected = { a: [1, 2.5], b: ['x', 'y'] };
    expect(columnsOf(plain)).toEqual(expected);
    expect(columnsOf(new DataFrame(plain))).toEqual(expected);
    expect(columnsOf(table(expected))).toEqual(expected);
    // Rows in the order of the table, those filtered out left away.
    expect(
      columnsOf(
        table(expected)
          .orderby('b')
          .filter((row: { a: number }) => row.a > 1),
      ),
    ).toEqual({
      a: [2.5],
      b: ['y'],
    });
  });
});

suite('toDanfo and toArquero', () => {
  it('give the same rows back, both ways, with gaps and types', () => {
    const frame = toDanfo(rows);
    expect(frame.columns).toEqual(['step', 'loss', 'text', 'ok', 'eval_loss', 'prompt']);
    expect(frame.dtypes).toEqual(['int32', 'float32', 'string', 'boolean', 'float32', 'string']);
    const { prompt, ...others } = columnsOf(rows);
    expect(columnsOf(toArquero(frame))).toEqual({
      ...others,
      prompt: prompt?.map((value) => (value === null ? null : JSON.stringify(value))),
    });
  });

  it('take arquero’s order and danfo’s own frames as they are', () => {
    const frame = toDanfo([{ a: 1 }]);
    expect(toDanfo(frame)).toBe(frame);
    const sorted = table({ a: [2, 1] }).orderby('a');
    expect(toArquero(sorted)).toBe(sorted);
    expect(columnsOf(toDanfo(sorted))).toEqual({ a: [1, 2] });
  });

  it('keep doubles: danfo itself would round sums to float32', () => {
    expect(columnsOf(toArquero(toDanfo([{ a: 0.1 + 0.2 }, { a: 1e-12 }])))).toEqual({
      a: [0.1 + 0.2, 1e-12],
    });
  });

  it('refuse what danfo cannot hold', () => {
    expect(() => toDanfo([])).toThrow(InputError);
  });

  it('make no tensors', () => {
    const before = tf.memory().numTensors;
    describe(toArquero(toDanfo(rows)));
    expect(tf.memory().numTensors).toBe(before);
  });

  it('quote texts where danfo’s own toCSV would break the file', () => {
    expect(toArquero(toDanfo([{ text: 'a, "b"\nc' }])).toCSV()).toBe('text\n"a, ""b""\nc"\n');
  });
});

suite('describe', () => {
  it('leaves missing values out, where danfo throws or takes them for 0', () => {
    const frame = [{ x: 1, y: 'a' }, { x: null, y: 'b' }, { x: 2 }, { x: 6 }];
    expect(describe(frame).objects()).toEqual([
      { column: 'x', n: 3, missing: 1, mean: 3, sd: Math.sqrt(7), min: 1, median: 2, max: 6 },
    ]);
    expect(() => toDanfo(frame).describe()).toThrow();
  });

  it('has no deviation of a single value, and no row for texts, mixtures and empty columns', () => {
    const summary = describe([{ x: 1, text: 'a', mixed: 1, empty: null }, { mixed: 'b' }]).objects();
    expect(summary).toEqual([
      { column: 'x', n: 1, missing: 1, mean: 1, sd: null, min: 1, median: 1, max: 1 },
    ]);
  });

  it('leaves its input as it is', () => {
    const values = table({ x: [3, 1, 2] });
    describe(values);
    expect(columnsOf(values)).toEqual({ x: [3, 1, 2] });
  });
});

suite('readTable and readMetrics', () => {
  const metrics = '{"step":1,"loss":2}\n{"step":2,"loss":1,"eval_loss":1.5}\n';
  writeFileSync(join(folder, 'metrics.jsonl'), metrics);
  writeFileSync(join(folder, 'rows.jsonl.gz'), gzipSync(metrics));

  it('read a run’s metrics, and files, gzip too', async () => {
    const expected = { step: [1, 2], loss: [2, 1], eval_loss: [null, 1.5] };
    expect(columnsOf(await readTable(folder))).toEqual(expected);
    expect(columnsOf(await readTable(join(folder, 'rows.jsonl.gz')))).toEqual(expected);
    expect(await readMetrics(folder)).toEqual([
      { step: 1, loss: 2 },
      { step: 2, loss: 1, eval_loss: 1.5 },
    ]);
  });

  it('say what is wrong with a file', async () => {
    const bad = join(folder, 'bad.jsonl');
    writeFileSync(bad, '{"a":1}\n[2]\n');
    await expect(readTable(bad)).rejects.toThrow(`${bad}: row 2 must be an object, got [2]`);
    writeFileSync(bad, '{"a":1}\n{');
    await expect(readTable(bad)).rejects.toThrow(/bad\.jsonl:2: not valid JSON/);
    await expect(readTable(join(folder, 'none'))).rejects.toThrow(/no such file/);
    await expect(readMetrics(join(folder, 'none'))).rejects.toThrow(/no such file/);
  });
});
