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
      'Wins, ties and losses against sft',
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
