/** Answers of the policies side by side. */
import { decimal } from '../../number-text';
import { shownName } from '../../shown-names';
import type { Prompt } from '../../types';
import { html, type Html } from './html';
import type { SampleComparison } from './report-data';
import type { SeriesStyle } from './theme';

/** One fold a prompt: the dialogue, then a column an answer with its marks. Prompts in several languages can be chosen by language. */
export function sampleFolds(
  samples: readonly SampleComparison[],
  qualityName: string,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  const folds = samples.map(({ prompt, task, language, answers }, i) => {
    const inLanguage =
      language === undefined ? undefined : html`lang="${language}" data-language="${language}"`;
    return html`<details ${i === 0 ? html`open` : undefined} ${inLanguage}>
      <summary>
        ${task === undefined ? undefined : html`<span class="tag" lang="en">${shownName(task)}</span>`}${lastTurn(prompt)}
      </summary>
      <div class="turns">${turns(prompt)}</div>
      <div class="answers">${answers.map((answer) => answerCard(answer, qualityName, styles))}</div>
    </details>`;
  });
  return html`${languageChoice(samples)}${folds}`;
}

/** Nothing where all prompts are of one language, or of unknown ones. The page's script shows it and does what it says. */
function languageChoice(samples: readonly SampleComparison[]): Html | undefined {
  const languages = [...new Set(samples.flatMap(({ language }) => language ?? []))].sort();
  if (languages.length < 2) return undefined;
  const options = [['', 'all'] as const, ...languages.map((tag) => [tag, languageName(tag)] as const)];
  return html`<fieldset class="choice" hidden>
    <legend>Language of the prompts</legend>
    ${options.map(
      ([tag, name]) =>
        html`<label>
          <input type="radio" name="language" value="${tag}" ${tag === '' ? html`checked` : undefined} />
          ${name}
        </label>`,
    )}
  </fieldset>`;
}

/** `zh` is Chinese; what is no language tag is shown as it is. */
function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames('en', { type: 'language' }).of(tag) ?? tag;
  } catch (error) {
    if (error instanceof RangeError) return tag;
    throw error;
  }
}

function answerCard(
  { policy, text, quality, proxy, tokens, finished }: SampleComparison['answers'][number],
  qualityName: string,
  styles: ReadonlyMap<string, SeriesStyle>,
): Html {
  const marks = [
    quality === undefined ? undefined : `${qualityName} ${decimal(quality, 2)}`,
    proxy === undefined ? undefined : `score ${decimal(proxy, 2)}`,
    tokens === undefined ? undefined : `${tokens} tokens`,
    finished === false ? 'cut off at the length limit' : undefined,
  ].filter((mark) => mark !== undefined);
  // Whitespace in the answer is shown as it is, so the markup around it has none.
  return html`<div class="answer">
    <h4 lang="en">
      <span class="swatch" style="background:${styles.get(policy)?.color}"></span>${shownName(policy)}
    </h4>
    <div class="text">${text === '' ? '(empty)' : text}</div>
    <div class="marks" lang="en">${marks.join(' · ')}</div>
  </div>`;
}

function turns(prompt: Prompt): Html {
  const messages = typeof prompt === 'string' ? [{ role: 'prompt', content: prompt }] : prompt;
  return html`${messages.map(
    ({ role, content }) =>
      html`<div class="turn">
        <span class="role" lang="en">${role}</span>
        <div class="text">${content}</div>
      </div>`,
  )}`;
}

function lastTurn(prompt: Prompt): string {
  const text = typeof prompt === 'string' ? prompt : (prompt.at(-1)?.content ?? '');
  return text === '' ? '(empty prompt)' : text;
}
