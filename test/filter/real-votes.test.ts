/** Numbers of real annotations that were worked out independently of this code. */
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parseConfig } from '../../lib/config';
import { filterVotes } from '../../lib/filter/chain';
import { filterFields } from '../../lib/filter/config';
import type { FilterReport } from '../../lib/filter/report';
import { readComparisons } from '../../lib/preferences/readers/open';

const folder = resolve(process.env['RLHF_KIT_SHARED'] ?? '../shared', 'data');

async function reportOf(file: string, options = {}): Promise<FilterReport> {
  const votes = await readComparisons(resolve(folder, file));
  return filterVotes(votes, parseConfig('filter', filterFields, options)).report;
}

describe.skipIf(!existsSync(resolve(folder, 'mt_bench')))(
  'MT-bench (skipped without shared/data/mt_bench)',
  () => {
    const human = {
      votes: 3355,
      tieVotes: 780,
      items: 1814,
      strictItems: 1437,
      tieItems: 377,
      cyclicTriples: 36,
      promptsWithCycles: 23,
      cyclicEdges: 114,
      kept: 1323,
      prompts: 160,
      annotators: 65,
    };

    it.each(['mt_bench/mt_bench_human_full.jsonl.gz', 'mt_bench/human.jsonl'])(
      'human votes, the answer with more wins: %s',
      async (file) => {
        const report = await reportOf(file);
        expect(report).toMatchObject(human);
        expect(report.alpha).toBeCloseTo(0.485, 3);
        expect(report.longerPreferred).toBeCloseTo(0.694, 3);
        expect(report.agreement.agreement).toBeCloseTo(0.655, 3);
        expect(report.agreement).toMatchObject({ strictVotePairs: 1550 });
        expect(report.agreement.strictAgreement).toBeCloseTo(0.827, 3);
      },
    );

    it('human votes, the most frequent verdict', async () => {
      expect(await reportOf('mt_bench/mt_bench_human_full.jsonl.gz', { label: 'plurality' })).toMatchObject({
        ...human,
        strictItems: 1262,
        tieItems: 552,
        cyclicTriples: 27,
        promptsWithCycles: 18,
        cyclicEdges: 78,
        kept: 1184,
      });
    });

    it("GPT-4's votes hold no cycle", async () => {
      const report = await reportOf('mt_bench/gpt4_pair.jsonl');
      expect(report).toMatchObject({
        votes: 2400,
        items: 2400,
        strictItems: 1800,
        cyclicEdges: 0,
        kept: 1800,
      });
    });
  },
);

describe.skipIf(!existsSync(resolve(folder, 'finegrained_rlhf')))(
  'FineGrainedRLHF (skipped without shared/data/finegrained_rlhf)',
  () => {
    it('the dev set holds no cycle and hardly a liking for length', async () => {
      const report = await reportOf('finegrained_rlhf/dev_feedback.json.gz');
      expect(report).toMatchObject({
        votes: 3000,
        tieVotes: 384,
        strictItems: 2616,
        cyclicEdges: 0,
        kept: 2616,
      });
      expect(report.longerPreferred).toBeCloseTo(0.512, 3);
    });
  },
);

describe.skipIf(!existsSync(resolve(folder, 'pandalm')))(
  'PandaLM (skipped without shared/data/pandalm)',
  () => {
    it('agreement, ties and the one cycle, rows with booleans as texts included', async () => {
      const report = await reportOf('pandalm/testset-v1.json', { label: 'plurality' });
      expect(report).toMatchObject({ votes: 2997, items: 999, tieItems: 105, cyclicTriples: 1 });
      expect(report.agreement).toMatchObject({ judgedTwice: 999, unanimous: 879 });
      expect(report.alpha).toBeCloseTo(0.864, 3);
      const kappas = report.agreement.kappas.map(({ annotators, kappa }) => [
        annotators.join(),
        Number(kappa?.toFixed(3)),
      ]);
      expect(kappas.sort()).toEqual([
        ['annotator1,annotator2', 0.852],
        ['annotator1,annotator3', 0.879],
        ['annotator2,annotator3', 0.862],
      ]);
      expect(report.agreement.annotators.map(({ tieRate }) => Math.round(tieRate * 999)).sort()).toEqual([
        113, 116, 97,
      ]);
    });
  },
);
