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
  /** The right answer, where there is one: what rewards by rule and judges compare with. */
  readonly referenceAnswer?: string;
  /** What else a scorer needs to know about the prompt, e.g. the schema that an answer must fit. */
  readonly metadata?: Readonly<Record<string, unknown>>;
}

/** A prompt with a response to imitate: a row of supervised fine-tuning. */
export interface Demonstration extends PromptRecord {
  readonly response: string;
  /** False for a response that was cut at a length limit: its end is not imitated. Absent: it is whole. */
  readonly finished?: boolean;
}

/** One of several responses to a prompt; `responseId` is unique within the prompt. */
export interface Candidate {
  readonly responseId: string;
  readonly text: string;
  /** The turns between the prompt and the text, the assistant's first, where each side went on in its own way. */
  readonly context?: readonly Message[];
}

/** One annotator's verdict on two responses to one prompt: a vote. */
export interface Comparison extends PromptRecord {
  readonly a: Candidate;
  readonly b: Candidate;
  readonly winner: 'a' | 'b' | 'tie';
  /** Who wins on single criteria, e.g. `helpful` and `harmless`, where the annotator was asked. */
  readonly verdicts?: Readonly<Record<string, 'a' | 'b' | 'tie'>>;
  readonly annotator: string;
}

/** What the filter leaves for the reward model and for DPO. */
export interface PreferencePair extends PromptRecord {
  readonly chosen: string;
  readonly rejected: string;
  /** The turns between the prompt and each answer, the assistant's first, where the sides went on in their own ways. */
  readonly chosenContext?: readonly Message[];
  readonly rejectedContext?: readonly Message[];
  /** How much better `chosen` is, e.g. the share of votes above one half; subtracted inside the ranking loss. */
  readonly margin?: number;
  /** How much the pair counts in the loss; set by reweighting. 1 when absent. */
  readonly weight?: number;
  /** Which side is better on single criteria, for reward models of several scores. */
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

/** What a scorer reads: a response with the whole record of its prompt. Rollouts and demonstrations are that. */
export interface ScorerInput extends PromptRecord {
  readonly response: string;
  /** Absent: it is. */
  readonly finished?: boolean;
  /** Where it was sampled, the end-of-turn token included. */
  readonly responseTokens?: number;
}

/** One number per response. */
export type Scores = readonly number[] | Float32Array | Float64Array;

/** Scores with what they are made of, by name: the criteria of a reward model, the disagreement of several. */
export interface ScoresInParts {
  readonly scores: Scores;
  /** One number per input each. */
  readonly parts: Readonly<Record<string, Scores>>;
}

/**
 * Anything that gives every response a finite number, higher being better: a reward model, a rule on the answer, a judge. PPO,
 * best-of-n and evaluation know all of them only as this.
 */
export interface Scorer {
  (inputs: readonly ScorerInput[]): Promise<Scores>;
  /** The same scores with their parts, where there are any: trainers log them. */
  readonly inParts?: (inputs: readonly ScorerInput[]) => Promise<ScoresInParts>;
}
