/** Units of the metrics, by the part of their names after the measure: `ppo.kl` is in nats. */

const units: Readonly<Record<string, string>> = {
  ties: 'pairs',
  cyclic: 'pairs',
  kept: 'pairs',
  labelsRight: 'share of labels',
  accuracy: 'share of pairs',
  goldAccuracy: 'share of pairs',
  residualGoldAccuracy: 'share of pairs',
  lengthOnlyAccuracy: 'share of pairs',
  ece: 'probability',
  lengthCorrelation: 'correlation',
  residualLengthCorrelation: 'correlation',
  scoreMean: 'score',
  scoreStd: 'score',
  proxy: 'score',
  lateScore: 'score',
  lateScoreStd: 'score',
  gold: 'gold reward',
  goldGain: 'gold reward over SFT',
  winMinusLoss: 'wins − losses, share',
  lengthControlledWinRate: 'share of wins',
  kl: 'nats a response',
  meanTrainingKl: 'nats a response',
  tokens: 'tokens',
  tokenGain: 'tokens over SFT',
  collapsed: 'share of runs',
  probe: 'share passed',
  forgot: 'share lost against SFT',
  helpful: 'gold helpfulness',
  harmless: 'gold harmlessness',
  fluent: 'gold fluency',
  helpfulAccuracy: 'share of pairs',
  harmlessAccuracy: 'share of pairs',
  fluentAccuracy: 'share of pairs',
  pairs: 'pairs',
  alpha: 'Krippendorff’s α',
  longerWins: 'share of pairs',
  modelLonger: 'share of pairs',
  longerAccuracy: 'share of pairs',
  shorterAccuracy: 'share of pairs',
  withinLengthCorrelation: 'correlation',
  voteAgreement: 'share of votes',
  humanAgreement: 'share of pairs of votes',
  ceiling: 'share of pairs',
};

/** What a metric's numbers are; its own name where that is all there is to say. */
export function unitOf(metric: string): string {
  const [, what = metric] = metric.split('.');
  return units[what] ?? what;
}
