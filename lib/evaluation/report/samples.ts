/** Answers of the policies side by side. */
import type { Prompt } from '../../types';
import { html, type Html } from './html';
import type { SampleComparison } from './report-data';
import type { SeriesStyle } from './theme';

/** One fold a prompt: the dialogue, then a column an answer with its marks. */
export function sampleFolds(
  samples: readonly SampleComparison[],
  qualityName: string,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  return html`${samples.map(
    ({ prompt, task, answers }, i) =>
      html`<details ${i === 0 ? html`open` : undefined}>
        <summary>
          ${task === undefined ? undefined : html`<span class="tag">${task}</span>`}${lastTurn(prompt)}
        </summary>
        <div class="turns">${turns(prompt)}</div>
        <div class="answers">${answers.map((answer) => answerCard(answer, qualityName, styles))}</div>
      </details>`,
  )}`;
}

function answerCard(
  { policy, text, quality, proxy, tokens, finished }: SampleComparison['answers'][number],
  qualityName: string,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  const marks = [
    quality === undefined ? undefined : `${qualityName} ${quality.toFixed(2)}`,
    proxy === undefined ? undefined : `score ${proxy.toFixed(2)}`,
    tokens === undefined ? undefined : `${tokens} tokens`,
    finished === false ? 'cut off at the length limit' : undefined,
  ].filter((mark) => mark !== undefined);
  // Whitespace in the answer is shown as it is, so the markup around it has none.
  return html`<div class="answer">
    <h4><span class="swatch" style="background:${styles.get(policy)?.color}"></span>${policy}</h4>
    <div class="text">${text === '' ? '(empty)' : text}</div>
    <div class="marks">${marks.join(' · ')}</div>
  </div>`;
}

function turns(prompt: Prompt): Html {
  const messages = typeof prompt === 'string' ? [{ role: 'prompt', content: prompt }] : prompt;
  return html`${messages.map(
    ({ role, content }) =>
      html`<div class="turn">
        <span class="role">${role}</span>
        <div class="text">${content}</div>
      </div>`,
  )}`;
}

function lastTurn(prompt: Prompt): string {
  const text = typeof prompt === 'string' ? prompt : (prompt.at(-1)?.content ?? '');
  return text === '' ? '(empty prompt)' : text;
}
