/** Arithmetic: sums and differences of single digits; the answer is the equation. */
import { at, fill, otherIndex, probeKinds, type Family, type Language, type Spec } from '../family';

interface ArithmeticSpec extends Spec {
  readonly left: number;
  readonly operator: '+' | '-';
  readonly right: number;
}

/** Operands are 1 to 4: a small model learns these 26 equations by heart, and forgetting them shows. */
const largest = 4;

const requests: Readonly<Record<Language, readonly string[]>> = {
  en: [
    'What is {left} {operator} {right}?',
    'Please compute {left} {operator} {right}.',
    'How much is {left} {operator} {right}?',
  ],
  zh: [
    '{left} {operator} {right} 等于几？',
    '请算一下 {left} {operator} {right}。',
    '{left} {operator} {right} 是多少？',
  ],
};

function result({ left, operator, right }: ArithmeticSpec): number {
  return operator === '+' ? left + right : left - right;
}

function equation(spec: ArithmeticSpec, value: number): string {
  return `${spec.left} ${spec.operator} ${spec.right} = ${value}.`;
}

export const arithmetic: Family<ArithmeticSpec> = {
  name: 'arithmetic',
  probe: true,
  fillers: false,
  kinds: probeKinds,
  sample: (language, rng) => {
    const pair = [1 + rng.integer(largest), 1 + rng.integer(largest)].sort((a, b) => b - a);
    const paraphrase = rng.integer(requests[language].length);
    const operator = rng.chance(0.5) ? '+' : '-';
    // Differences never go below zero; sums come in both orders.
    const [left, right] = operator === '+' ? rng.shuffle(pair) : pair;
    return { language, paraphrase, left: left ?? 0, operator, right: right ?? 0 };
  },
  ask: ({ language, paraphrase, left, operator, right }) =>
    fill(at(requests[language], paraphrase), { left: `${left}`, operator, right: `${right}` }),
  right: (spec) => [equation(spec, result(spec))],
  wrong: (spec, rng) => [equation(spec, otherIndex(2 * largest + 1, result(spec), rng))],
  points: (spec, sentence) =>
    sentence.replace(/\s/g, '') === equation(spec, result(spec)).replace(/\s/g, '')
      ? [{ id: 'result', worth: 1 }]
      : [],
  knows: (sentence) => /^\d ?[+-] ?\d ?= ?\d\d?\.$/.test(sentence),
};
