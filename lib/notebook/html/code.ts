/** TypeScript with its words coloured, by the compiler's own classifier. */
import { html, type Html } from '../../evaluation/report/html';
import { loadTypeScript } from '../kernel/tslab';

/** Classes of tokens, as the compiler counts them. */
const tokenClasses: Readonly<Record<number, string>> = {
  1: 'keyword',
  3: 'comment',
  6: 'number',
  7: 'number',
  8: 'string',
  9: 'string',
};

export function highlight(source: string): Html {
  const classifier = loadTypeScript().createClassifier();
  // What one line leaves open, e.g. a comment, goes on in the next.
  let state = 0;
  const lines = source.split('\n').map((line, i) => {
    const { entries, finalLexState } = classifier.getClassificationsForLine(line, state, false);
    state = finalLexState;
    let at = 0;
    const words = entries.map(({ length, classification }) => {
      const text = line.slice(at, (at += length));
      const name = tokenClasses[classification];
      return name === undefined ? text : html`<span class="${name}">${text}</span>`;
    });
    return [i === 0 ? '' : '\n', ...words, line.slice(at)];
  });
  return html`<pre class="code"><code>${lines}</code></pre>`;
}
