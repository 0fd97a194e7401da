/** Given data made up in its own layouts, and a tiny model, as a folder that RLHF_KIT_SHARED may name: experiments on it run anywhere. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createRng } from '../../lib/random';
import { saveTinyModel } from './tiny-model';

export const tinyModelName = 'tiny';
const words = ['tea', 'rain', 'bread', 'lamp', 'road', 'milk', 'song', 'leaf'];

/** 8 questions of two turns, answered by three models, each pair of answers judged by two people, who like the longer one in the first turn and the shorter in the second; HH-RLHF pairs. */
export function writeGivenData(folder: string): void {
  const rng = createRng('given-data');
  const text = (length: number): string => Array.from({ length }, () => rng.pick(words)).join(' ');
  const lines = (name: string, rows: readonly object[]): void => {
    const path = join(folder, 'data', name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, gzipSync(rows.map((row) => `${JSON.stringify(row)}\n`).join('')));
  };

  const models = ['one', 'two', 'three'];
  const votes = Array.from({ length: 8 }, (_, question) => {
    const answers = models.map((_, i) => [text(2 + 5 * i), text(12 - 5 * i)]);
    return [0, 1].flatMap((turn) =>
      [
        [0, 1],
        [0, 2],
        [1, 2],
      ].flatMap(([a, b]) =>
        ['ann', 'bob'].map((judge) => {
          const [answersA, answersB] = [answers[a as number], answers[b as number]] as [string[], string[]];
          const longer = (answersA[turn] as string).length > (answersB[turn] as string).length;
          const verdict = longer === (turn === 0) ? 'model_a' : 'model_b';
          return {
            question_id: 80 + question,
            turn: turn + 1,
            model_a: models[a as number],
            model_b: models[b as number],
            // Bob calls the last pair of odd questions a tie.
            winner: judge === 'bob' && question % 2 === 1 && a === 1 ? 'tie' : verdict,
            judge,
            prompt: [`Tell of ${words[question]}.`, 'More.'].slice(0, turn + 1),
            answers_a: answersA,
            answers_b: answersB,
          };
        }),
      ),
    );
  }).flat();
  lines('mt_bench/mt_bench_human_full.jsonl.gz', votes);

  const pairs = (set: string, chosen: number, rejected: number): object[] =>
    Array.from({ length: 30 }, (_, i) => {
      const [better, worse] = i % 5 === 0 ? [rejected, chosen] : [chosen, rejected];
      const reply = (length: number): string => `\n\nHuman: ${set} ${i}?\n\nAssistant: ${text(length)}`;
      return { chosen: reply(better), rejected: reply(worse) };
    });
  // The helpful like long replies, the harmless short ones, but for a fifth; a row of equal replies is set aside.
  lines('hh-rlhf/helpful-base.test.jsonl.gz', [
    ...pairs('helpful', 8, 2),
    { chosen: '\n\nHuman: a\n\nAssistant: b', rejected: '\n\nHuman: a\n\nAssistant: b' },
  ]);
  lines('hh-rlhf/harmless-base.test.jsonl.gz', pairs('harmless', 2, 8));
  saveTinyModel(join(folder, 'data', tinyModelName), words);
}
