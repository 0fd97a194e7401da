/** What the pinned runs learn from: the tiny policy's letters, with every kind of row that a trainer treats in its own way. */
import { initParams } from '../../lib/model/params';
import { createRng } from '../../lib/random';
import type { Demonstration, Message, PreferencePair, Prompt, PromptRecord, Scorer } from '../../lib/types';
import { tinyPolicy } from '../policy/support/tiny-policy';

const { tokenizer: letters, config: two } = tinyPolicy();
/** One layer with one head, for the plain engine is slow. */
const config = { ...two, numHiddenLayers: 1, numAttentionHeads: 1 };

/** As the tiny policy's, for dialogues too: an assistant's turn ends as a response does. */
const tokenizer: typeof letters = {
  ...letters,
  renderPrompt: (prompt) => [
    0,
    ...(typeof prompt === 'string'
      ? letters.encode(prompt)
      : prompt.flatMap(({ role, content }) =>
          role === 'assistant' ? letters.renderResponse(content) : letters.encode(content),
        )),
  ],
};

export const model = { params: initParams(config, createRng('pinned model')), config, tokenizer };

const rng = createRng('pinned runs');
const word = (length: number): string =>
  Array.from({ length }, () => rng.pick([...'abcdefghijklmn'])).join('');

/** Every third prompt is a dialogue of two turns. */
function promptOf(i: number): Prompt {
  if (i % 3 !== 0) return word(1 + rng.integer(7));
  const turns: Message[] = [
    { role: 'user', content: word(1 + rng.integer(3)) },
    { role: 'assistant', content: word(1 + rng.integer(3)) },
    { role: 'user', content: word(1 + rng.integer(3)) },
  ];
  return turns;
}

export const prompts: readonly PromptRecord[] = Array.from({ length: 20 }, (_, i) => ({
  promptId: `p${i}`,
  task: i % 2 === 0 ? 'even' : 'odd',
  prompt: promptOf(i),
}));

export const demonstrations: readonly Demonstration[] = prompts.map((prompt) => ({
  ...prompt,
  response: word(2 + rng.integer(6)),
}));

const verdict = (): 'chosen' | 'rejected' | 'tie' => rng.pick(['chosen', 'chosen', 'rejected', 'tie']);

/** Two pairs to a prompt, which share an answer; margins, weights and verdicts differ from pair to pair. */
export const pairs: readonly PreferencePair[] = prompts.flatMap((prompt, i) => {
  const shared = `a${word(1 + rng.integer(6))}`;
  return [0, 1].map((k) => {
    const other = word(2 + rng.integer(6));
    const [chosen, rejected] = (i + k) % 2 === 0 ? [shared, other] : [`a${other}`, shared];
    return {
      ...prompt,
      chosen,
      rejected,
      margin: rng.uniform() / 4,
      weight: 0.5 + rng.uniform(),
      verdicts: { helpful: verdict(), harmless: verdict(), fluent: verdict() },
    };
  });
});

/** Reward of a letter: a and e are good, the others the worse the later they come; so that few answers earn the same. */
const worth = (letter: string): number =>
  letter === 'a' || letter === 'e' ? 1 : (96 - letter.charCodeAt(0)) / 20;

/** A fixed function of the text; its parts are what good letters earn and what the others cost. */
export const scorer: Scorer = Object.assign(
  async (inputs: Parameters<Scorer>[0]) => (await inParts(inputs)).scores,
  { inParts },
);

async function inParts(inputs: Parameters<Scorer>[0]) {
  const sum = (response: string, sign: number): number =>
    Array.from(response, worth)
      .filter((value) => Math.sign(value) === sign)
      .reduce((total, value) => total + value, 0);
  return {
    scores: Float32Array.from(inputs, ({ response }) => sum(response, 1) + sum(response, -1)),
    parts: {
      good: Float32Array.from(inputs, ({ response }) => sum(response, 1)),
      bad: Float32Array.from(inputs, ({ response }) => sum(response, -1)),
    },
  };
}
