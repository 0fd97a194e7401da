/** Markdown of a notebook as markup. What a notebook says may come from anybody: its HTML is shown as text, its links lead to pages. */
import { Marked } from 'marked';
import { escapeHtml, trusted, type Html } from '../../evaluation/report/html';

const markdown = new Marked({
  gfm: true,
  renderer: {
    html: ({ text }) => escapeHtml(text),
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

/** The text of the first heading. */
export function firstHeading(text: string): string | undefined {
  return /^#+\s+(.+)$/m.exec(text)?.[1];
}
