/** Markdown of a notebook as markup. What a notebook says may come from anybody: its HTML is shown as text, its links lead to pages. */
import { Marked, Renderer } from 'marked';
import { escapeHtml, trusted, type Html } from '../../evaluation/report/html';

const markdown = new Marked({
  gfm: true,
  renderer: {
    // Subscripts and superscripts have no Markdown of their own.
    html: ({ text }) => (/^<\/?su[bp]>$/.test(text) ? text : escapeHtml(text)),
    table(token) {
      return `<div class="scroll">${Renderer.prototype.table.call(this, token)}</div>`;
    },
    link({ href, tokens }) {
      const text = this.parser.parseInline(tokens);
      return safeLink(href) ? `<a href="${escapeHtml(href)}">${text}</a>` : text;
    },
    // Nothing is fetched; a picture inside the text is part of it.
    image: ({ href, text }) =>
      /^data:image\/(png|jpeg|gif|svg\+xml);base64,/.test(href)
        ? `<img src="${escapeHtml(href)}" alt="${escapeHtml(text)}">`
        : escapeHtml(text),
  },
});

/** A notebook beside this one is a page beside this one. */
export function renderMarkdown(text: string): Html {
  const markup = markdown.parse(text, { async: false });
  return trusted(markup.replace(/(<a href="[^":]*)\.ipynb(["#])/g, '$1.html$2'));
}

/** To a page, an address or a file beside this one; never to a script. */
function safeLink(href: string): boolean {
  return URL.canParse(href, 'file:') && /^(https?|mailto|file):$/.test(new URL(href, 'file:').protocol);
}

/** The first sentence of the first paragraph, as markup; undefined where there is none. */
export function firstSentence(text: string): Html | undefined {
  const paragraph = text.split(/\n\s*\n/).find((block) => /^\s*[^\s#]/.test(block));
  const sentence = paragraph === undefined ? undefined : /^[\s\S]*?[.!?](?=\s|$)/.exec(paragraph.trim())?.[0];
  return sentence === undefined ? undefined : trusted(markdown.parseInline(sentence, { async: false }));
}

/** The text of the first heading. */
export function firstHeading(text: string): string | undefined {
  return /^#+\s+(.+)$/m.exec(text)?.[1];
}
