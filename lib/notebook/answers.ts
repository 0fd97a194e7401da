/** Answers to one prompt side by side. */
import { html, type Html } from '../evaluation/report/html';
import { seriesStyles } from '../evaluation/report/theme';
import { decimal } from '../number-text';
import { shownName } from '../shown-names';
import type { Prompt } from '../types';
import { display } from './cell-output';
import { asWritten } from './show';

export interface ShownAnswer {
  /** Whose answer it is. */
  readonly name: string;
  readonly text: string;
  /** Numbers about it, by name, e.g. `{ score: 1.2, gold: 0.8 }`. */
  readonly marks?: Readonly<Record<string, number>>;
}

/** Shows a prompt and, beside each other, answers to it with their marks; of each mark the best is set in bold. */
export function showAnswers(prompt: Prompt, answers: readonly ShownAnswer[]): void {
  display({
    'text/html': htmlAnswers(prompt, answers).markup,
    'text/plain': textAnswers(prompt, answers),
  });
}

const muted = 'opacity: 0.75; font-size: 0.9em';
const cellStyle = 'text-align: left; vertical-align: top; padding: 0.2em 0.7em';

function htmlAnswers(prompt: Prompt, answers: readonly ShownAnswer[]): Html {
  const styles = seriesStyles(answers.map(({ name }) => name));
  const heads = answers.map(({ name }) => {
    const line = `border-bottom: 3px solid ${styles.get(name)?.color}`;
    return html`<th style="${cellStyle}; ${line}">${shownName(name)}</th>`;
  });
  const texts = answers.map(({ text }) => html`<td style="${cellStyle}">${asWritten(shownText(text))}</td>`);
  const notes = answers.map(
    (answer) => html`<td style="${cellStyle}; ${muted}">${marks(answer, answers)}</td>`,
  );
  return html`<div>
    ${turnsOf(prompt).map(({ role, content }) => asWritten(`${role}: ${content}`))}
    <table style="table-layout: fixed; width: 100%">
      <thead>
        <tr>
          ${heads}
        </tr>
      </thead>
      <tbody>
        <tr>
          ${texts}
        </tr>
        <tr>
          ${notes}
        </tr>
      </tbody>
    </table>
  </div>`;
}

function marks({ marks = {} }: ShownAnswer, answers: readonly ShownAnswer[]): Html {
  return html`${Object.entries(marks).map(([mark, value], i) => {
    const isBest =
      answers.length > 1 && answers.every((other) => (other.marks?.[mark] ?? -Infinity) <= value);
    const text = `${mark} ${markText(value)}`;
    return html`${i === 0 ? '' : ' · '}${isBest ? html`<b>${text}</b>` : text}`;
  })}`;
}

function markText(value: number): string {
  return decimal(value, Number.isInteger(value) ? 0 : 2);
}

function textAnswers(prompt: Prompt, answers: readonly ShownAnswer[]): string {
  return [
    ...turnsOf(prompt).map(({ role, content }) => `${role}: ${content}`),
    ...answers.map(({ name, text, marks = {} }) => {
      const numbers = Object.entries(marks).map(([mark, value]) => `${mark} ${markText(value)}`);
      return `${shownName(name)}${numbers.length === 0 ? '' : ` (${numbers.join(', ')})`}: ${shownText(text)}`;
    }),
  ].join('\n');
}

function shownText(text: string): string {
  return text === '' ? '(empty)' : text;
}

function turnsOf(prompt: Prompt): readonly { readonly role: string; readonly content: string }[] {
  return typeof prompt === 'string' ? [{ role: 'prompt', content: prompt }] : prompt;
}

/** What the user asked last. */
export function lastTurn(prompt: Prompt): string {
  return turnsOf(prompt).at(-1)?.content ?? '';
}
