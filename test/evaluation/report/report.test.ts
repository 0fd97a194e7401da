import { describe, expect, it } from 'vitest';
import type { ReportData } from '../../../lib/evaluation/report/report-data';
import { renderReport } from '../../../lib/evaluation/report/report';
import { sampleReport } from './sample-report';

/** The page without the Plotly bundle, which is not ours and names map servers that it never calls. */
function withoutPlotly(page: string): string {
  const bundle = page.indexOf('plotly.js v');
  const start = page.lastIndexOf('<script>', bundle);
  return page.slice(0, start) + page.slice(page.indexOf('</script>', bundle));
}

const minimal: ReportData = {
  title: 'T',
  run: { engine: 'cpu', seed: 1, wallSeconds: 1.25, versions: {} },
  policyNames: ['sft'],
  baseline: 'sft',
  qualityName: 'gold',
};

describe('renderReport', () => {
  const page = renderReport(sampleReport());

  it('holds Plotly once and asks for nothing from elsewhere', () => {
    expect(page.split('plotly.js v').length - 1).toBe(1);
    const own = withoutPlotly(page);
    expect(/https?:\/\//.test(own)).toBe(false);
    expect(/<(link|img|iframe|object|embed|base)\b/i.test(own)).toBe(false);
    expect(/\ssrc=/i.test(own)).toBe(false);
    expect(page.includes('default-src &#39;none&#39;')).toBe(true);
  });

  it('has a chart or a table for every part of the data', () => {
    for (const title of [
      'Wins, ties and losses against SFT',
      'Policies in numbers',
      'Forgetting probes',
      'Length of responses',
      'KL–reward frontier',
      'Distribution of reward model score by policy',
      'Reward model score by task',
      'Distribution of gold by policy',
      'Score against length',
      'Calibration',
      'Account of the filter',
      'Agreement of annotators',
      'PPO',
      'Answers side by side',
    ]) {
      expect(page.includes(`<h3>${title}</h3>`)).toBe(true);
    }
  });

  it('shows names in words, and a name that is not the kit’s as it is', () => {
    const text = withoutPlotly(page).replace(/<script[\s\S]*?<\/script>/g, '');
    for (const name of ['PPO without the SFT loss', 'wins − losses against SFT'])
      expect(text).toContain(name);
    expect(/ppoNoSftLoss|openQuestion|chitChat/.exec(text)).toBeNull();
    const own = renderReport({ ...minimal, samples: [{ prompt: 'p', task: 'myTask', answers: [] }] });
    expect(own).toContain('>myTask</span>');
  });

  it('says what the paper found beside runs that repeat it, and nothing of it beside others', () => {
    expect(page).toContain('In the paper: about 15% more wins');
    const other = { ...sampleReport(), besidePaper: false };
    expect(/the paper/i.test(withoutPlotly(renderReport(other)))).toBe(false);
  });

  it('gives nothing a sign that rounds to nothing', () => {
    const { policies = {}, ...rest } = sampleReport();
    const ppo = policies['ppo'] as NonNullable<(typeof policies)['ppo']>;
    const nearly = { ...ppo, kl: -0.001, winMinusLoss: -1e-6, winMinusLossCi: [-1e-5, 1e-5] as const };
    const shown = withoutPlotly(renderReport({ ...rest, policies: { sft: ppo, ppo: nearly } }));
    expect(shown.includes('[0.0, 0.0]')).toBe(true);
    expect(/[-−+]0\.0+(?![0-9])/.exec(shown.replace(/<script[\s\S]*?<\/script>/g, ''))).toBeNull();
  });

  it('lets readers choose a language where the prompts have several', () => {
    const choice = /<fieldset class="choice"/;
    expect(page).toMatch(choice);
    expect(page).toMatch(/value="zh"[^>]*>\s*Chinese/);
    const one = { prompt: 'p', answers: [] };
    for (const samples of [
      [one, one],
      [{ ...one, language: 'en' }, one],
    ])
      expect(renderReport({ ...minimal, samples })).not.toMatch(choice);
    const odd = renderReport({
      ...minimal,
      samples: [
        { ...one, language: 'not a tag' },
        { ...one, language: 'de' },
      ],
    });
    expect(odd).toMatch(/>\s*not a tag/);
    expect(odd).toMatch(/>\s*German/);
  });

  it('says engine, seed, versions, time and command', () => {
    for (const text of ['7 min 11 s', '0.1.0', '4.22.0', 'rlhf-kit pipeline --preset default --seed 7']) {
      expect(page.includes(text)).toBe(true);
    }
  });

  it('keeps Chinese texts', () => {
    expect(page.includes('请列出三种水果。')).toBe(true);
    expect(page.includes('<meta charset="utf-8"')).toBe(true);
  });

  it('shows hostile names and answers as text', () => {
    const hostile = '<img src=x onerror=alert(1)></script>';
    const own = withoutPlotly(
      renderReport({
        ...minimal,
        title: hostile,
        policyNames: [hostile],
        responses: [{ policy: hostile, task: hostile, tokens: 3, proxy: 1 }],
        samples: [{ prompt: hostile, task: hostile, answers: [{ policy: hostile, text: hostile }] }],
        filter: { account: [{ label: hostile, value: hostile, note: hostile }] },
        training: [{ title: hostile, runs: [{ name: hostile, rows: [{ step: 1, loss: 1 }] }] }],
      }),
    );
    expect(own.includes('<img')).toBe(false);
    expect(own.includes('&lt;img src=x onerror=alert(1)&gt;&lt;/script&gt;')).toBe(true);
    // Plotly reads HTML in labels: there the name is escaped once more.
    expect(own.includes('&lt;img src=x onerror=alert(1)&gt;')).toBe(true);
    expect(own.includes('\\u003cimg')).toBe(false);
  });

  it('leaves out sections without data, and Plotly without charts', () => {
    const empty = renderReport(minimal);
    expect(empty).not.toContain('<h2>');
    expect(empty.length).toBeLessThan(20_000);
    expect(empty).toContain('1.3 s');
  });
});
