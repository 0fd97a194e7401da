/** How scores order answers to one prompt, and which of them they pick. */
import { max } from 'simple-statistics';

/**
 * For each pair of answers to one prompt that differ in gold: 1 when scores put it in the order of gold, 0 when they do not, ½ when
 * they are equal.
 */
export function pairsInOrder(
  answers: readonly { readonly score: number; readonly gold: number }[],
): number[] {
  return answers.flatMap((a, i) =>
    answers.slice(i + 1).flatMap((b) => {
      if (a.gold === b.gold) return [];
      if (a.score === b.score) return [0.5];
      return [Number(a.score > b.score === a.gold > b.gold)];
    }),
  );
}

/** The answers with the highest score: one, unless several are equal. */
export function highestScored<A extends { readonly score: number }>(answers: readonly A[]): A[] {
  const best = max(answers.map(({ score }) => score));
  return answers.filter(({ score }) => score === best);
}
