/** What models still know: their answers to probes, and the perplexity of given texts. */
import type { LanguageModel } from '../model/sample';
import type { Checks } from '../probes/forgetting';
import { perplexity } from '../probes/perplexity';
import { probePassRates, type ProbeResult } from '../probes/pass-rates';
import { answerProbes, type ProbeLimits } from '../probes/probes';

/** By model. */
export interface CheckedModels {
  /** By task. */
  readonly probes?: Readonly<Record<string, Readonly<Record<string, ProbeResult>>>>;
  readonly perplexity?: Readonly<Record<string, number>>;
}

/** Asks every model what is to be asked; nothing where that is nothing. */
export async function checkModels(
  models: Readonly<Record<string, LanguageModel>>,
  { probes, texts }: Checks = {},
  limits: ProbeLimits,
): Promise<CheckedModels> {
  const rates: Record<string, Record<string, ProbeResult>> = {};
  const perplexities: Record<string, number> = {};
  for (const [name, model] of Object.entries(models)) {
    if (probes !== undefined)
      rates[name] = probePassRates(await answerProbes(model, probes, limits), ({ passes }) => passes);
    if (texts !== undefined)
      perplexities[name] = await perplexity(model, texts, limits.maxPromptTokens + limits.maxNewTokens);
  }
  return {
    ...(probes !== undefined && { probes: rates }),
    ...(texts !== undefined && { perplexity: perplexities }),
  };
}
