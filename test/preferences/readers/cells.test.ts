import { describe, expect, it } from 'vitest';
import { cellValues } from '../../../lib/preferences/readers/cells';

describe('cellValues', () => {
  it('leaves text as it is, JSON too, except in the fields that a layout has as JSON', () => {
    const row = { prompt: '[1, 2] sorted is', n: '7', margin: '0.5', label: 'TRUE', none: ' ' };
    expect(cellValues(row, { json: ['margin', /^label$/, 'none'] })).toEqual({
      prompt: '[1, 2] sorted is',
      n: '7',
      margin: 0.5,
      label: true,
      none: null,
    });
  });

  it('reads turns wherever they stand and keeps long integers', () => {
    const turns = [{ role: 'user', content: 'Hi' }];
    const row = {
      prompt: JSON.stringify(turns),
      answer: '{"from": "gpt", "value": "x"}',
      id: '9007199254740993',
    };
    expect(cellValues(row, { json: ['id'] })).toEqual({
      prompt: turns,
      answer: { from: 'gpt', value: 'x' },
      id: '9007199254740993',
    });
  });

  it('refuses what was to be JSON and is the notation of another language', () => {
    expect(() => cellValues({ prompt: "[{'role': 'user', 'content': 'Hi'}]" }, {})).toThrow(/must be JSON/);
    expect(() => cellValues({ margin: 'much' }, { json: ['margin'] })).toThrow(/must be JSON.*"much"/);
  });
});
