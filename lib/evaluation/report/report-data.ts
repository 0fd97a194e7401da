/** What a report may show. Every part but the title and the run's facts may be left out; its section then is too. */
import type { Prompt } from '../../types';
import type { PolicyResult } from '../policies';
import type { ReliabilityCurve } from './charts/calibration';
import type { FrontierCurve } from './charts/frontier';
import type { ProbesByPolicy } from './charts/probes';
import type { ScoreLengthPanel } from './charts/score-length';
import type { TrainingCurves } from './charts/training-curves';

/** How the run can be told apart and repeated. */
export interface RunFacts {
  readonly engine: string;
  /** One, or those of an experiment. */
  readonly seed: number | readonly number[];
  readonly wallSeconds?: number;
  readonly versions: Readonly<Record<string, string>>;
  /** The command that makes the run again. */
  readonly command?: string;
  /** Seconds by stage, in the order they ran. */
  readonly stageSeconds?: Readonly<Record<string, number>>;
}

/** One number worth the top of the page; texts are shown as they are. */
export interface Highlight {
  readonly label: string;
  readonly value: string;
  readonly note?: string;
}

export interface ReportResponse {
  readonly policy: string;
  readonly task?: string;
  readonly tokens: number;
  /** The reward model's score. */
  readonly proxy?: number;
  /** The judge's verdict. */
  readonly quality?: number;
}

/** A row of an account: what was counted, how often, and what it means. */
export interface AccountRow {
  readonly label: string;
  /** A count, or a text such as a rate. */
  readonly value: number | string;
  readonly note?: string;
}

/** The answers of several policies to one prompt. */
export interface SampleComparison {
  readonly prompt: Prompt;
  readonly task?: string;
  /** A language tag, e.g. `zh`. */
  readonly language?: string;
  readonly answers: readonly {
    readonly policy: string;
    readonly text: string;
    readonly quality?: number;
    readonly proxy?: number;
    readonly tokens?: number;
    readonly finished?: boolean;
  }[];
}

export interface ReportData {
  readonly title: string;
  /** One or two sentences below the title. */
  readonly lead?: string;
  readonly run: RunFacts;
  /** Policies in the order they are shown; fixes their colours. The first is drawn in grey. */
  readonly policyNames: readonly string[];
  /** Name of the policy that the others are compared with. */
  readonly baseline: string;
  /** What `quality` is, e.g. `gold`. */
  readonly qualityName: string;
  /** The run repeats the paper's in small: notes then say what the paper found. */
  readonly besidePaper?: boolean;
  readonly highlights?: readonly Highlight[];
  readonly policies?: Readonly<Record<string, PolicyResult>>;
  readonly responses?: readonly ReportResponse[];
  readonly filter?: { readonly account: readonly AccountRow[]; readonly agreement?: readonly AccountRow[] };
  /** Numbers of the reward models, e.g. accuracy beside the noise ceiling. */
  readonly rewardAccount?: readonly AccountRow[];
  readonly scoreLength?: readonly ScoreLengthPanel[];
  readonly calibration?: readonly ReliabilityCurve[];
  readonly frontier?: readonly FrontierCurve[];
  readonly probes?: ProbesByPolicy;
  readonly training?: readonly TrainingCurves[];
  readonly samples?: readonly SampleComparison[];
}
