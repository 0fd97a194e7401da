/**
 * Faults that people reported of other projects, each as its smallest input through the command line. The inputs are written here; where
 * the shared folder has files of the same name, those are run too.
 */
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DuckDBInstance } from '@duckdb/node-api';
import { useEngine } from '../../lib/backend';
import { readJson, readJsonLines, writeJson, writeJsonLines } from '../../lib/files';
import { offerProgressTo } from '../../lib/train/progress';
import { runMain, type Said } from '../support/cli';
import { saveTinyModel } from '../support/tiny-model';

const given = join(process.env['RLHF_KIT_SHARED'] ?? resolve(__dirname, '../../../shared'), 'cases');
const missing = existsSync(given) ? '' : ' (shared/cases is not there: only the inputs written here)';

let folder: string;
let count = 0;
const at = (...parts: string[]): string => join(folder, ...parts);
const fresh = (): string => at(`out-${++count}`);
const chat = (...turns: string[]) =>
  turns.map((content, i) => ({ role: i % 2 === 0 ? 'user' : 'assistant', content }));
const answer = (content: string) => [{ role: 'assistant', content }];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'rlhf-kit-cases-'));
  vi.stubEnv('RLHF_KIT_ENGINE', 'cpu');
  vi.stubEnv('RLHF_KIT_PROGRESS', 'off');
  await useEngine('cpu');
  saveTinyModel(at('model'));
  // Room for the sentences of the cases.
  writeJson(at('model/config.json'), {
    ...readJson<object>(at('model/config.json')),
    max_position_embeddings: 256,
  });
});
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

/** The rows as a file of this test, and the shared file of the same case where it is there. */
function inputs(shared: string, rows: readonly object[]): string[] {
  const own = at(shared.replaceAll('/', '-'));
  writeJsonLines(own, rows);
  const other = join(given, shared);
  return existsSync(other) ? [own, other] : [own];
}

async function succeeds(...args: string[]): Promise<Said> {
  const said = await runMain(args);
  expect(said.code, said.stderr).toBe(0);
  return said;
}

async function refuses(sentence: RegExp, ...args: string[]): Promise<void> {
  const { code, stderr } = await runMain(args);
  expect(stderr).toMatch(sentence);
  expect(stderr.trimEnd().split('\n'), stderr).toHaveLength(1);
  expect(code).toBe(2);
}

interface Row {
  readonly prompt: unknown;
  readonly chosen: unknown;
  readonly rejected: unknown;
}
const filtered = async (flag: '--pairs' | '--votes', file: string) => {
  const out = fresh();
  const { result } = await succeeds('filter', flag, file, '--out', out);
  const pairs = await readJsonLines<Row>(join(out, 'pairs.jsonl'));
  return { result, pairs: pairs.map(({ prompt, chosen, rejected }) => ({ prompt, chosen, rejected })) };
};

describe(`public cases: rows whose other fields carry the question${missing}`, () => {
  const [bird, fish] = ['Name a bird.', 'Name a fish.'];
  it.each<[string, object[], Row[]]>([
    [
      '01-question-dropped/alpaca.jsonl',
      [
        { instruction: bird, input: '', chosen: 'Robin', rejected: 'Rock' },
        { instruction: fish, input: '', chosen: 'Cod', rejected: 'Rock' },
      ],
      [
        { prompt: chat(bird), chosen: answer('Robin'), rejected: answer('Rock') },
        { prompt: chat(fish), chosen: answer('Cod'), rejected: answer('Rock') },
      ],
    ],
    [
      '01-question-dropped/orca.jsonl',
      [
        { system: 'Be brief.', question: bird, chosen: 'Robin is a bird.', rejected: 'Rock.' },
        { system: 'Be brief.', question: fish, chosen: 'Cod is a fish.', rejected: 'Cod is a rock.' },
      ],
      [
        { chosen: answer('Robin is a bird.'), rejected: answer('Rock.'), prompt: asked('Be brief.', bird) },
        {
          chosen: answer('Cod is a fish.'),
          rejected: answer('Cod is a rock.'),
          prompt: asked('Be brief.', fish),
        },
      ],
    ],
    [
      '01-question-dropped/sysprompt.jsonl',
      [{ system: 'Answer in French.', prompt: bird, chosen: 'Rouge-gorge', rejected: 'Robin' }],
      [
        {
          prompt: asked('Answer in French.', bird),
          chosen: answer('Rouge-gorge'),
          rejected: answer('Robin'),
        },
      ],
    ],
    [
      '01-question-dropped/mixed.jsonl',
      [{ prompt: bird, chosen: answer('Robin'), rejected: answer('Rock') }],
      [{ prompt: chat(bird), chosen: answer('Robin'), rejected: answer('Rock') }],
    ],
  ])('%s: the question is the prompt', async (shared, rows, expected) => {
    for (const file of inputs(shared, rows))
      expect((await filtered('--pairs', file)).pairs).toEqual(expected);
  });

  function asked(system: string, question: string) {
    return [{ role: 'system', content: system }, ...chat(question)];
  }
});

describe(`public cases: HH transcripts that are not written as usual${missing}`, () => {
  const talk =
    'Human: Name a bird.\n\nAssistant: Sure. Do you want a small one?\n\nHuman: Yes.\n\nAssistant: I think a';
  const row = (change: (text: string) => string) => ({
    chosen: change(`\n\n${talk} wren is small.`),
    rejected: change(`\n\n${talk} rock is small.`),
  });
  const prompt = chat('Name a bird.', 'Sure. Do you want a small one?', 'Yes.');
  const expected = {
    prompt,
    chosen: answer('I think a wren is small.'),
    rejected: answer('I think a rock is small.'),
  };
  const system = { role: 'system', content: 'Be kind.' };
  it.each<[string, object[], Row]>([
    ['strip', [row((text) => text.trim())], expected],
    ['crlf', [row((text) => text.replaceAll('\n', '\r\n'))], expected],
    ['system', [row((text) => `\n\nSystem: Be kind.${text}`)], { ...expected, prompt: [system, ...prompt] }],
    ['endhuman', [row((text) => `${text}\n\nHuman: Thanks, bye!`)], expected],
    ['mix', [row((text) => text), row((text) => text.trim()), row((text) => text)], expected],
  ])('02-hh-layout-flips/%s.jsonl: messages, and the whole last answer', async (name, rows, pair) => {
    for (const file of inputs(`02-hh-layout-flips/${name}.jsonl`, rows))
      expect((await filtered('--pairs', file)).pairs).toEqual([pair]);
  });
});

describe(`public cases: votes${missing}`, () => {
  const vote = (
    promptId: unknown,
    prompt: string,
    winner: string,
    annotator: string,
    [a, b] = ['good', 'bad'],
  ) => ({
    ...{ promptId, prompt, winner, annotator },
    a: { responseId: 'A', text: `${a} ${prompt}` },
    b: { responseId: 'B', text: `${b} ${prompt}` },
  });
  it.each<[string, object[], number]>([
    [
      '06-ids-collide/votes.jsonl',
      [
        vote(0, 'Name a bird.', 'a', 'p0'),
        vote(1, 'Name a tree.', 'a', 'p0'),
        vote(0, 'What is 2+2?', 'b', 'p1'),
        vote(1, 'What is 3+3?', 'b', 'p1'),
      ],
      4,
    ],
    [
      '06-ids-collide/same-winner.jsonl',
      [vote(0, 'Name a bird.', 'a', 'p0'), vote(0, 'What is 2+2?', 'a', 'p1')],
      2,
    ],
    [
      '06-ids-collide/samples.jsonl',
      [
        vote('q1', 'Name a bird.', 'a', 'p1', ['robin 0', 'stone 0']),
        vote('q1', 'Name a bird.', 'b', 'p1', ['robin 1', 'stone 1']),
      ],
      2,
    ],
  ])('%s: an id that stands for two texts is two', async (shared, rows, kept) => {
    for (const file of inputs(shared, rows)) {
      const { result, pairs } = await filtered('--votes', file);
      expect(result).toMatchObject({ kept, ties: 0 });
      expect(new Set(pairs.map((pair) => JSON.stringify(pair))).size).toBe(kept);
    }
  });

  const arena = (
    id: string,
    winner: string,
    turns: readonly [string[], string[]] = [
      ['Name a bird.', 'Robin'],
      ['Name a bird.', 'Rock'],
    ],
  ) => ({
    ...{ question_id: id, model_a: 'm1', model_b: 'm2', winner, judge: 'arena_user_9' },
    ...{ conversation_a: chat(...turns[0]), conversation_b: chat(...turns[1]) },
    ...{ turn: turns[0].length / 2, anony: true, language: 'English', tstamp: 1.5 },
  });
  it.each<[string, object[], object]>([
    [
      'votes',
      [arena('q0', 'model_a'), arena('q1', 'tie (bothbad)'), arena('q2', 'tie'), arena('q3', 'model_b')],
      { comparisons: 4, ties: 2, kept: 2 },
    ],
    ['bothbad', [arena('q0', 'both_bad'), arena('q0', 'tie')], { ties: 1, duplicates: 1, kept: 0 }],
    [
      'multi',
      [
        arena('q0', 'model_a', [
          ['Hi', 'Hello A', 'Name a bird.', 'Robin'],
          ['Hi', 'Hello B', 'Name a bird.', 'Rock'],
        ]),
      ],
      { kept: 1 },
    ],
  ])('13-arena-bothbad/%s.jsonl: “both bad” is a tie', async (name, rows, expected) => {
    for (const file of inputs(`13-arena-bothbad/${name}.jsonl`, rows)) {
      const { result, pairs } = await filtered('--votes', file);
      expect(result).toMatchObject({ badRows: 0, ...expected });
      if (name === 'multi')
        expect(pairs).toEqual([
          {
            prompt: chat('Hi'),
            chosen: [...answer('Hello A'), ...chat('Name a bird.', 'Robin')],
            rejected: [...answer('Hello B'), ...chat('Name a bird.', 'Rock')],
          },
        ]);
    }
  });

  it('12-parquet-glob: a name with [ ] or ? is the file of that name', async () => {
    const places = ['run[1]/pairs.parquet', 'what?.parquet'] as const;
    for (const path of ['run1', 'run[1]']) mkdirSync(at('parquet', path), { recursive: true });
    const rows = (answers: readonly string[]): string =>
      answers.map((text) => `('${text}?', '${text}', 'Rock')`).join(', ');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    const write = async (path: string, answers: readonly string[]): Promise<void> => {
      await connection.run(
        `COPY (SELECT * FROM (VALUES ${rows(answers)}) AS t(prompt, chosen, rejected)) TO '${at('plain.parquet')}' (FORMAT parquet)`,
      );
      cpSync(at('plain.parquet'), at('parquet', path));
    };
    for (const place of places) await write(place, ['Robin', 'Cod']);
    for (const decoy of ['run1/pairs.parquet', 'whatX.parquet']) await write(decoy, ['Wrong']);
    connection.closeSync();
    for (const place of places) {
      const { pairs } = await filtered('--pairs', at('parquet', place));
      expect(pairs.map(({ chosen }) => chosen)).toEqual(['Robin', 'Cod']);
      const shared = join(given, '12-parquet-glob', place);
      if (existsSync(shared)) expect((await filtered('--pairs', shared)).pairs).toHaveLength(2);
    }
  });
});

describe(`public cases: models and trainers${missing}`, () => {
  /** A copy of the model with other facts in one of its files. */
  function modelWith(name: string, files: Readonly<Record<string, object>>): string {
    cpSync(at('model'), at(name), { recursive: true });
    for (const [file, facts] of Object.entries(files)) {
      const path = at(name, file);
      writeJson(path, { ...(existsSync(path) ? readJson<object>(path) : {}), ...facts });
    }
    return at(name);
  }
  const template = (chat_template: string) => ({ 'tokenizer_config.json': { chat_template } });
  const turns = "{% for m in messages %}{{ m.role + ': ' + m.content + ' ' }}{% endfor %}";
  const oneStep = (...args: string[]): string[] => [
    ...args,
    '--max-steps',
    '1',
    '--batch-size',
    '2',
    '--out',
    fresh(),
  ];
  const outOf = (args: readonly string[]): string => args.at(-1) as string;

  it('03-eos-list: an answer ends at each of several ids, and training keeps them', async () => {
    const tokensOf = async (model: string): Promise<number[]> =>
      (
        await succeeds(
          'generate',
          '--model',
          model,
          '--prompt',
          'a',
          '--greedy',
          '--max-new-tokens',
          '12',
          '--json',
        )
      ).result['tokens'] as number[];
    const whole = await tokensOf(at('model'));
    const { eos_token_id: own } = readJson<{ eos_token_id: number }>(at('model/config.json'));
    const end = whole[Math.floor(whole.length / 2)] as number;
    const model = modelWith('many-ends', {
      'config.json': { eos_token_id: [own, end] },
      'generation_config.json': { eos_token_id: [own, end] },
    });
    expect(await tokensOf(model)).toEqual(whole.slice(0, whole.indexOf(end) + 1));
    expect(whole.indexOf(end) + 1).toBeLessThan(12);
    writeJsonLines(at('ends.jsonl'), Array(2).fill({ prompt: 'a', chosen: ' b', rejected: ' c' }));
    const trained = oneStep('dpo', '--model', model, '--pairs', at('ends.jsonl'));
    await succeeds(...trained);
    for (const file of ['config.json', 'generation_config.json'])
      expect(readJson(join(outOf(trained), 'model', file))).toMatchObject({ eos_token_id: [own, end] });
  });

  it('05-kto-into-sft: what is labelled undesirable is not imitated', async () => {
    const files = inputs('05-kto-into-sft/kto.jsonl', [
      { prompt: 'Once upon a time', completion: ' there was a kind cat.', label: true },
      { prompt: 'Once upon a time', completion: ' xq zzt rude answer.', label: false },
      { prompt: 'The dog', completion: ' ran home.', label: true },
      { prompt: 'The dog', completion: ' zzz zzz zzz.', label: false },
    ]);
    for (const file of files) {
      const { result, stderr } = await succeeds(
        ...oneStep('sft', '--model', at('model'), '--demonstrations', file),
      );
      expect(result['demonstrations']).toBe(2);
      expect(stderr).toContain('2 of 4 rows left out: labelled undesirable');
    }
  });

  describe('10-null-scores', () => {
    const prompts = ['Once upon a time', 'The dog', 'Lily went', 'A cat'].map((prompt) => ({ prompt }));
    it.each([
      ['sc-null.cjs', 'async (rows) => rows.map((_, i) => (i === 1 ? null : 1))', /got null/],
      ['sc-empty.cjs', "async (rows) => rows.map((_, i) => (i === 1 ? '' : 1))", /got ''|got ""/],
      ['sc-bool.cjs', 'async (rows) => rows.map((_, i) => i === 1)', /got (true|false)/],
      ['sc-throw.cjs', "async () => { throw new Error('judge down\\nsecond line'); }", /judge down/],
    ])('%s is refused in one sentence, and leaves no run', async (name, source, sentence) => {
      const [file] = inputs('10-null-scores/prompts.jsonl', prompts) as [string];
      writeFileSync(at(name), `module.exports = ${source};\n`);
      const scorers = [at(name), join(given, '10-null-scores', name)].filter((path) => existsSync(path));
      for (const scorer of scorers) {
        const args = ['ppo', '--model', at('model'), '--prompts', file, '--reward', scorer];
        const run = [
          ...args,
          '--rollout-batch-size',
          '4',
          '--max-new-tokens',
          '4',
          '--max-steps',
          '1',
          '--out',
          fresh(),
        ];
        await refuses(sentence, ...run);
        expect(existsSync(outOf(run))).toBe(false);
      }
    });

    it('a judge that gives no verdict is refused', async () => {
      const [file] = inputs('10-null-scores/prompts.jsonl', prompts) as [string];
      writeFileSync(
        at('sc-half.cjs'),
        'module.exports = async (rows) => rows.map((_, i) => (i % 2 ? 1 : null));\n',
      );
      const models = `one=${at('model')},two=${at('model')}`;
      await refuses(
        /got null/,
        ...['evaluate', '--policies', models, '--prompts', file, '--baseline', 'one'],
        ...['--judge', at('sc-half.cjs'), '--max-new-tokens', '4', '--out', fresh()],
      );
    });
  });

  it('11-template-refuses-row: the row is named, or set aside and counted', async () => {
    const alternate =
      "{% for m in messages %}{% if (m.role == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('Conversation roles must alternate user/assistant/user/assistant/...') }}{% endif %}{{ m.content }}{% endfor %}";
    const model = modelWith('alternate', template(alternate));
    const files = inputs('11-template-refuses-row/pairs.jsonl', [
      { prompt: [...chat('one'), ...chat('two')], chosen: answer('Yes.'), rejected: answer('No.') },
      { prompt: chat('one'), chosen: answer('Yes.'), rejected: answer('No.') },
    ]);
    for (const file of files) {
      const reward = ['reward', '--model', model, '--pairs', file, '--eval-fraction', '0'];
      const stopped = oneStep(...reward, '--on-bad-row', 'stop');
      await refuses(
        /pairs\.jsonl:1: 'prompt' is refused by the chat template of .*roles must alternate/,
        ...stopped,
      );
      expect(existsSync(outOf(stopped))).toBe(false);
      const { result } = await succeeds(...oneStep(...reward, '--on-bad-row', 'setAside'));
      expect(result).toMatchObject({ badRows: 1, pairs: 1 });
    }
  });

  it('15-over-positions: what is longer than the model’s positions is refused with numbers', async () => {
    const long = { prompt: 'word '.repeat(400), chosen: 'yes '.repeat(400), rejected: 'no '.repeat(400) };
    for (const file of inputs('15-over-positions/long.jsonl', [long, long]))
      await refuses(
        /sequences are longer than the model's \d+ positions, the first has \d+ tokens; lower --max-prompt-tokens or --max-response-tokens/,
        ...oneStep(
          'dpo',
          '--model',
          at('model'),
          '--pairs',
          file,
          '--max-prompt-tokens',
          '2000',
          '--max-response-tokens',
          '2000',
        ),
      );
  });

  it('16-date-template: a run that goes on the next day has the numbers of one that was not broken off', async () => {
    const model = modelWith('date', template(`{{ 'Today is ' + strftime_now('%d %b %Y') + ' ' }}${turns}`));
    const [file] = inputs(
      '16-date-template/date.jsonl',
      Array.from({ length: 8 }, (_, i) => ({
        prompt: chat(`Story ${i}`),
        chosen: answer('The cat was kind.'),
        rejected: answer('The dog was sad.'),
      })),
    ) as [string];
    const out = fresh();
    const dpo = (to: string, ...more: string[]): string[] => [
      ...['dpo', '--model', model, '--pairs', file, '--batch-size', '2', '--logging-steps', '1'],
      ...['--out', to, ...more],
    ];
    const metrics = async (run: string): Promise<unknown[]> =>
      (await readJsonLines<Record<string, unknown>>(join(run, 'metrics.jsonl'))).map(
        (row) => row['logps/chosen'],
      );
    vi.useFakeTimers({ toFake: ['Date'], now: new Date(2026, 10, 27, 12) });
    try {
      const whole = fresh();
      await succeeds(...dpo(whole, '--max-steps', '2'));
      // Ctrl-C after the first step.
      vi.stubEnv('RLHF_KIT_PROGRESS', '');
      const remove = offerProgressTo(() => ({
        show: ({ title, done }) => void (title === 'dpo' && done === 1 && process.emit('SIGINT')),
        end: () => {},
      }));
      expect((await runMain(dpo(out, '--max-steps', '2'))).code).toBe(130);
      remove();
      vi.stubEnv('RLHF_KIT_PROGRESS', 'off');
      vi.setSystemTime(new Date(2026, 10, 28, 12));
      await succeeds(...dpo(out, '--max-steps', '2', '--resume'));
      expect(await metrics(out)).toEqual(await metrics(whole));
      // Another run of that day has its date, and says which.
      const { result } = await succeeds(...dpo(fresh(), '--max-steps', '1'));
      expect(result['templateClock']).toMatch(/^2026-11-28T/);
    } finally {
      vi.useRealTimers();
    }
    expect(readFileSync(join(out, 'manifest.json'), 'utf8')).toContain('2026-11-27T12:00:00');
  });
});
