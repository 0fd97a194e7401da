/** The page that leads to a folder's notebooks. */
import { html, htmlPage } from '../../evaluation/report/html';
import { textOf, type Notebook } from '../runner/notebook-file';
import { firstSentence } from './markdown';
import { titleOf } from './page';
import { style } from './style';

/** Nothing is fetched, and nothing runs. */
const contentPolicy = "default-src 'none'; style-src 'unsafe-inline'";

/** An exported notebook; its page is `name.html`. */
export interface IndexedNotebook {
  readonly name: string;
  readonly notebook: Notebook;
}

/** Every notebook with its title and the first sentence below it. */
export function renderIndex(notebooks: readonly IndexedNotebook[]): string {
  const entries = notebooks.map(({ name, notebook }) => {
    const first = notebook.cells.find(({ cell_type: type }) => type === 'markdown');
    const sentence = first === undefined ? undefined : firstSentence(textOf(first.source));
    return html`<section class="cell">
      <h2><a href="${encodeURIComponent(name)}.html">${titleOf(notebook) ?? name}</a></h2>
      ${sentence === undefined ? undefined : html`<p>${sentence}</p>`}
    </section>`;
  });
  const body = html`<main>
      <h1>Notebooks</h1>
      ${entries}
    </main>
    <footer>Made by <code>npx rlhf-kit notebooks html</code></footer>`;
  return htmlPage({ title: 'Notebooks', policy: contentPolicy, style, body });
}
