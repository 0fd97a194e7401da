import { describe, expect, it } from 'vitest';
import { lastTurn, showAnswers } from '../../lib/notebook/answers';
import { inCell, onStdout } from './cell';

const prompt = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: 'Hello' },
  { role: 'user', content: 'Who <b>are</b> you?' },
] as const;

describe('showAnswers', () => {
  it('sets answers beside each other with their marks, the best of each in bold', async () => {
    const [shown] = await inCell(() =>
      showAnswers(prompt, [
        { name: 'sft', text: 'I am.', marks: { gold: 0.25, tokens: 3 } },
        { name: 'dpo', text: '  I am\nLumi.', marks: { gold: 1, tokens: 3 } },
      ]),
    );
    const html = (shown?.data['text/html'] as string).replace(/(?<!b)>\s+/g, '>');
    expect(html).toContain('gold 0.25 · <b>tokens 3</b>');
    expect(html).toContain('<b>gold 1</b> · <b>tokens 3</b>');
    expect(html).toContain('>  I am\nLumi.</div>'.replace(/>\s+/g, '>'));
    expect(html.indexOf('I am.')).toBeLessThan(html.indexOf('Lumi'));
    expect(html).toContain('assistant: Hello');
  });

  it('escapes prompts, names, answers and marks', async () => {
    const evil = '<script>x</script>';
    const [shown] = await inCell(() => showAnswers(evil, [{ name: evil, text: evil, marks: { [evil]: 1 } }]));
    expect(shown?.data['text/html']).not.toContain('<script>');
    const [turns] = await inCell(() => showAnswers(prompt, []));
    expect(turns?.data['text/html']).toContain('Who &lt;b&gt;are&lt;/b&gt; you?');
  });

  it('marks no single answer as the best, and says that one is empty', async () => {
    const [shown] = await inCell(() => showAnswers('p', [{ name: 'a', text: '', marks: { gold: -0.001 } }]));
    expect(shown?.data['text/html']).not.toContain('<b>');
    expect(shown?.data['text/html']).toContain('(empty)');
    expect(shown?.data['text/html']).toContain('gold 0.00');
  });

  it('is text outside of a notebook', async () => {
    const text = await onStdout(() => showAnswers('p', [{ name: 'a', text: 'x', marks: { gold: -0.5 } }]));
    expect(text).toBe('prompt: p\na (gold −0.50): x\n');
  });
});

describe('lastTurn', () => {
  it('is what the user asked last', () => {
    expect(lastTurn(prompt)).toBe('Who <b>are</b> you?');
    expect(lastTurn('plain')).toBe('plain');
    expect(lastTurn([])).toBe('');
  });
});
