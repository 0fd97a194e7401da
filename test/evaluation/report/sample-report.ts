/** Simulated report data with every section, for the tests of the page. */
import { evaluatePolicies } from '../../../lib/evaluation/policies';
import { frontierByStep, pointAt } from '../../../lib/evaluation/frontier';
import { probePassRates } from '../../../lib/probes/pass-rates';
import type { ReportData, ReportResponse } from '../../../lib/evaluation/report/report-data';
import { createRng } from '../../../lib/random';
import type { Rollout } from '../../../lib/types';

export const policyNames = ['sft', 'dpo', 'ppo', 'ppoNoSftLoss'] as const;
const shift: Readonly<Record<string, number>> = { sft: 0, dpo: 0.09, ppo: 0.13, ppoNoSftLoss: 0.11 };
const tasks = ['openQuestion', 'writing', 'list', 'rolePlay', 'chitChat', 'unsafe'];
const probeTasks = ['identity', 'json', 'arithmetic', 'translation'];

export function sampleReport(): ReportData {
  const rng = createRng(7);
  const responses = policyNames.flatMap((policy) =>
    Array.from({ length: 160 }, (_, i) => {
      const draw = rng.fork(policy).fork(i);
      const ease = createRng(1).fork(i).normal() * 0.12;
      const gold = Math.min(1, Math.max(0, 0.5 + ease + (shift[policy] ?? 0) + 0.15 * draw.normal()));
      const tokens = Math.max(4, Math.round(32 + 60 * (shift[policy] ?? 0) + 11 * draw.normal()));
      const proxy = 3 * (gold - 0.5) + (i % 6) * 0.25 - 0.6 + 0.4 * draw.normal();
      return { policy, promptId: `p${i}`, task: tasks[i % 6] as string, tokens, gold, proxy };
    }),
  );
  const policies = evaluatePolicies(
    Object.fromEntries(
      policyNames.map((policy, k) => {
        const own = responses.filter((row) => row.policy === policy);
        return [
          policy,
          {
            responses: own.map((row) => ({ ...row, quality: row.gold, responseTokens: row.tokens })),
            kls: own.map(() => 4 * k),
          },
        ];
      }),
    ),
    { baseline: 'sft', tieMargin: 0.03, rng, resamples: 200 },
  );
  const probes = Object.fromEntries(
    policyNames.map((policy) => [
      policy,
      probePassRates(
        probeTasks.flatMap((task) =>
          Array.from({ length: 40 }, (_, i) => rollout(`${task}${i}`, task, policy)),
        ),
        ({ promptId, task }) =>
          rng.fork(`${policy}${promptId}`).chance(policy === 'ppoNoSftLoss' && task === 'json' ? 0.55 : 0.9),
      ),
    ]),
  );
  return {
    title: '从比较到策略 · From comparisons to policies',
    lead: 'Simulated numbers: every chart of the report on made-up numbers, bilingual texts included.',
    run: {
      engine: 'cpu',
      seed: 7,
      wallSeconds: 431.4,
      versions: { 'rlhf-kit': '0.1.0', node: '22.0.0', tfjs: '4.22.0' },
      command: 'rlhf-kit pipeline --preset default --seed 7',
      stageSeconds: { sft: 80.2, reward: 61, ppo: 190.1 },
    },
    policyNames,
    baseline: 'sft',
    qualityName: 'gold',
    besidePaper: true,
    policies,
    responses: responses.map(({ policy, task, tokens, proxy, gold }): ReportResponse => ({
      policy,
      task,
      tokens,
      proxy,
      quality: gold,
    })),
    filter: {
      account: [
        { label: 'comparisons', value: 4800, note: 'votes of all annotators' },
        { label: 'ties', value: 611, note: 'as many votes for one answer as for the other' },
        { label: 'cyclic', value: 143, note: 'edges inside a cycle of preferences' },
        { label: 'kept', value: 1502 },
      ],
      agreement: [{ label: 'Krippendorff’s α', value: '0.41', note: '0 is chance, 1 perfect' }],
    },
    rewardAccount: [{ label: 'accuracy', value: '68.4%', note: 'noise ceiling 74.1%' }],
    scoreLength: (['plain', 'debiased'] as const).map((name) => ({
      name,
      points: responses.slice(0, 300).map(({ promptId, task, tokens, proxy, gold }) => ({
        promptId: `${promptId.length}${tokens % 40}`,
        task,
        tokens,
        gold,
        score: proxy + (name === 'plain' ? (tokens - 32) * 0.06 : 0),
      })),
    })),
    calibration: ['plain', 'debiased'].map((name, k) => ({
      name,
      ece: 0.051 - 0.02 * k,
      bins: Array.from({ length: 10 }, (_, b) => ({
        confidence: 0.05 + 0.1 * b,
        frequency: 0.5 + (0.05 + 0.1 * b - 0.5) * (0.8 + 0.15 * k),
        n: 60,
      })),
    })),
    frontier: [
      ...['dpo', 'ppo', 'ppoNoSftLoss'].map((name, k) => ({
        name,
        points: frontierByStep(
          Array.from({ length: 400 }, (_, i) => {
            const step = Math.floor(i / 8);
            const kl = (step / 50) * (6 + 5 * k) + 0.3 * rng.normal();
            const root = Math.sqrt(Math.max(0, kl));
            return { step, kl, proxy: 0.6 * root, gold: 0.5 + 0.12 * root - (0.012 + 0.006 * k) * kl };
          }),
          12,
        ),
      })),
      {
        name: 'best-of-n',
        points: [1, 2, 4, 8, 16].map((n) => {
          const kl = Math.log(n) - (n - 1) / n;
          return { ...pointAt(kl), proxy: 0.7 * Math.sqrt(kl), gold: 0.5 + 0.14 * Math.sqrt(kl) };
        }),
      },
    ],
    probes,
    training: [
      {
        title: 'PPO',
        runs: ['ppo', 'ppoNoSftLoss'].map((name, k) => ({
          name,
          rows: Array.from({ length: 40 }, (_, step) => ({
            step: step + 1,
            'objective/scores': 1 - Math.exp(-step / 15) + 0.05 * rng.normal(),
            'objective/rlhf_reward': 0.8 - Math.exp(-step / 15) + 0.05 * rng.normal(),
            'objective/kl': (6 + 4 * k) * (step / 40),
            'policy/entropy_avg': 2 - 0.02 * step,
          })),
        })),
      },
      {
        title: 'Reward model',
        runs: [
          {
            name: 'plain',
            rows: [1, 2, 3].map((step) => ({ step, loss: 0.7 - step / 20, accuracy: 0.5 + step / 30 })),
          },
        ],
      },
    ],
    samples: [
      {
        task: 'list',
        language: 'en',
        prompt: [
          { role: 'user', content: '请列出三种水果。' },
          { role: 'assistant', content: '苹果、香蕉、橙子。' },
          { role: 'user', content: 'And three vegetables, please.\nShort names only.' },
        ],
        answers: policyNames.map((policy) => ({
          policy,
          text: '1. carrot\n2. leek\n3. 菠菜',
          quality: 0.8,
          proxy: 1.2,
          tokens: 14,
          finished: policy !== 'ppoNoSftLoss',
        })),
      },
      { language: 'zh', prompt: '从前', answers: [{ policy: 'sft', text: '有一只猫。' }] },
      { language: 'en', prompt: 'Once upon a time', answers: [{ policy: 'sft', text: '' }] },
    ],
  };
}

function rollout(promptId: string, task: string, response: string): Rollout {
  return { promptId, task, prompt: promptId, response, finished: true, responseTokens: 3 };
}
