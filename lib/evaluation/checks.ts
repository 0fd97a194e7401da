/** What models still know: their answers to probes, and the perplexity of given texts. */
import type { LanguageModel } from '../model/sample';
import type { Checks } from '../probes/forgetting';
import { perplexity } from '../probes/perplexity';
import { answerProbes, passRates, type PassRate, type ProbeLimits } from '../probes/probes';

/** By model. */
export interface CheckedModels {
  /** By task. */
  readonly probes?: Readonly<Record<string, Readonly<Record<string, PassRate>>>>;
  readonly perplexity?: Readonly<Record<string, number>>;
}

/** Asks every model what is to be asked; nothing where that is nothing. */
export async function checkModels(
  models: Readonly<Record<string, LanguageModel>>,
  { probes, texts }: Checks = {},
  { maxNewTokens, maxPromptTokens }: ProbeLimits,
): Promise<CheckedModels> {
  const rates: Record<string, Record<string, PassRate>> = {};
  const perplexities: Record<string, number> = {};
  for (const [name, model] of Object.entries(models)) {
    if (probes !== undefined)
      rates[name] = passRates(await answerProbes(model, probes, { maxNewTokens, maxPromptTokens }));
    if (texts !== undefined)
      perplexities[name] = await perplexity(model, texts, maxPromptTokens + maxNewTokens);
  }
  return {
    ...(probes !== undefined && { probes: rates }),
    ...(texts !== undefined && { perplexity: perplexities }),
  };
}
