/** The two answers of a pair: both have text, and not the same. */
import type { PreferencePair } from '../../types';
import { RowError } from './bad-row';
import { nonEmpty } from './fields';

type Texts = Pick<PreferencePair, 'prompt' | 'chosen' | 'rejected'>;

/** @throws {RowError} for an answer without text, or the same text on both sides. */
export function differentAnswers<T extends Texts>(texts: T): T {
  nonEmpty(texts.chosen, 'chosen');
  nonEmpty(texts.rejected, 'rejected');
  if (texts.chosen === texts.rejected) throw new RowError('rejected', 'is the same text as chosen');
  return texts;
}
