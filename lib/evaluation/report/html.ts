/** HTML that is escaped by construction: whatever is put into an `html` template is text, unless it is `html` itself. */

/** A piece of markup. */
export interface Html {
  readonly markup: string;
}

type Part = Html | string | number | undefined | readonly Part[];

/** Template of markup; strings and numbers in it are escaped, arrays are joined, `undefined` is nothing. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return { markup: strings.reduce((out, text, i) => out + render(parts[i - 1]) + text) };
}

/** Markup from a trusted source: the page's own style and scripts, never a text that a model or a user wrote. */
export function trusted(markup: string): Html {
  return { markup };
}

function render(part: Part): string {
  if (part === undefined) return '';
  if (typeof part === 'string' || typeof part === 'number') return escapeHtml(`${part}`);
  return 'markup' in part ? part.markup : part.map(render).join('');
}

export function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] as string);
}

/** What a page is made of. */
export interface HtmlPage {
  readonly title: string;
  /** Content-Security-Policy: what the page may load and run. */
  readonly policy: string;
  readonly style: string;
  readonly body: Html;
}

/** A whole page in one file. */
export function htmlPage({ title, policy, style, body }: HtmlPage): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <title>${title}</title>
        <style>
          ${trusted(style)}
        </style>
      </head>
      <body>
        ${body}
      </body>
    </html> `.markup;
}

/** JSON that may stand inside a script element: no `</script>`, no `<!--`. Numbers keep five significant digits. */
export function scriptJson(value: unknown): Html {
  const json = JSON.stringify(value, (_, entry: unknown) =>
    typeof entry === 'number' && Number.isFinite(entry) ? Number(entry.toPrecision(5)) : entry,
  );
  return trusted(
    json
      .replace(/</g, '\\u003c')
      .replace(/\u2028/g, '\\u2028')
      .replace(/\u2029/g, '\\u2029'),
  );
}
