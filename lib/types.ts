/**
 * Records that cross stages. No code: what one stage writes as JSON lines, the next one reads.
 */

/** One turn of a conversation, as chat templates and TRL's conversational rows have it. */
export interface Message {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

/** What a model is asked: a conversation that ends with the user's turn, or plain text to continue. */
export type Prompt = string | readonly Message[];

/** What every record about a prompt may carry besides its texts. */
export interface PromptTags {
  /** Equal for all records about the same prompt. */
  readonly promptId: string;
  /** Task family, e.g. `arithmetic`; reports are split by it. */
  readonly task?: string;
  readonly language?: string;
}

/** A prompt on its own, for sampling and reinforcement learning. */
export interface PromptRecord extends PromptTags {
  readonly prompt: Prompt;
}

/** A prompt with a response to imitate: a row of supervised fine-tuning. */
export interface Demonstration extends PromptRecord {
  readonly response: string;
}

/** One of several responses to a prompt; `responseId` is unique within the prompt. */
export interface Candidate {
  readonly responseId: string;
  readonly text: string;
}

/** One annotator's verdict on two responses to one prompt: a vote. */
export interface Comparison extends PromptRecord {
  readonly a: Candidate;
  readonly b: Candidate;
  readonly winner: 'a' | 'b' | 'tie';
  /** Who wins on single dimensions, e.g. `helpful` and `harmless`, where the annotator was asked. */
  readonly verdicts?: Readonly<Record<string, 'a' | 'b' | 'tie'>>;
  readonly annotator: string;
}

/** What the filter leaves for the reward model and for DPO. */
export interface PreferencePair extends PromptRecord {
  readonly chosen: string;
  readonly rejected: string;
  /** How much better `chosen` is, e.g. the share of votes above one half; subtracted inside the ranking loss. */
  readonly margin?: number;
  /** How much the pair counts in the loss; set by reweighting. 1 when absent. */
  readonly weight?: number;
  /** Which side is better on single dimensions, for reward models of several scores. */
  readonly verdicts?: Readonly<Record<string, 'chosen' | 'rejected' | 'tie'>>;
  /** Source of both texts, where known: lets reports join a pair with its candidates. */
  readonly chosenId?: string;
  readonly rejectedId?: string;
}

/** A response that a policy sampled. */
export interface Rollout extends PromptRecord {
  readonly response: string;
  /** Whether the policy ended the response itself; false when it was cut at the length limit. */
  readonly finished: boolean;
  /** Response tokens, the end-of-turn token included when there is one. */
  readonly responseTokens: number;
  /** Number among the samples of the same prompt, from 0. */
  readonly sample?: number;
}

/** What a scorer reads. */
export interface ScorerInput {
  readonly prompt: Prompt;
  readonly response: string;
  readonly finished?: boolean;
}

/** Scores with what they are made of, by name: the dimensions of a reward model, the disagreement of several. */
export interface ScoresInParts {
  readonly scores: Float32Array;
  /** One number an input each. */
  readonly parts: Readonly<Record<string, Float32Array>>;
}

/**
 * Anything that gives a response a number, higher being better: a reward model, a word list, a judge. PPO, best-of-n
 * and evaluation know reward models only as this.
 */
export interface Scorer {
  (inputs: readonly ScorerInput[]): Promise<Float32Array>;
  /** The same scores with their parts, where there are any: trainers log them. */
  readonly inParts?: (inputs: readonly ScorerInput[]) => Promise<ScoresInParts>;
}
