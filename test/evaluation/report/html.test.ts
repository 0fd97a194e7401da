import { describe, expect, it } from 'vitest';
import { escapeHtml, html, scriptJson } from '../../../lib/evaluation/report/html';

describe('html', () => {
  it('escapes every text put into it, in elements and in attributes', () => {
    const hostile = `"><script>alert('x')</script>&amp;`;
    expect(html`<p title="${hostile}">${hostile}</p>`.markup).toBe(
      `<p title="${escapeHtml(hostile)}">${escapeHtml(hostile)}</p>`,
    );
    expect(escapeHtml(hostile)).toBe('&quot;&gt;&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&amp;amp;');
  });

  it('keeps markup made by itself, joins arrays and leaves undefined out', () => {
    const items = [1, 2].map((n) => html`<b>${n}</b>`);
    expect(html`<i>${items}${undefined}</i>`.markup).toBe('<i><b>1</b><b>2</b></i>');
  });

  it('leaves other letters as they are', () => {
    expect(html`${'苹果、 naïve 🙂'}`.markup).toBe('苹果、 naïve 🙂');
  });
});

describe('scriptJson', () => {
  it('can neither end the script element nor open a comment, and parses back', () => {
    const value = { text: '</script><!-- <b>\u2028', list: [1, null] };
    const { markup } = scriptJson(value);
    expect(markup).not.toMatch(/[<\u2028]/);
    expect(JSON.parse(markup)).toEqual(value);
  });

  it('keeps five digits of numbers', () => {
    expect(scriptJson([Math.PI, 123456]).markup).toBe('[3.1416,123460]');
  });
});
