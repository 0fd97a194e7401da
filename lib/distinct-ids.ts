/** Ids are only names: records with one id and other texts get ids of their own. */
import { createHash } from 'node:crypto';
import type { Candidate, Comparison, PromptRecord } from './types';

/** How many ids had to be told apart. */
export interface RenamedIds {
  /** Further prompts under a `promptId` that was taken. */
  readonly prompts: number;
  /** Further responses to one prompt under a `responseId` that was taken. */
  readonly responses: number;
}

/** Names texts by their ids; the second text under an id is called `id#2`. */
interface Names {
  /** `scope` is what the id is unique in. */
  readonly nameOf: (scope: string, id: string, text: string) => string;
  readonly renamed: () => number;
}

function startNames(): Names {
  const known = new Map<string, string>();
  const taken = new Set<string>();
  let renamed = 0;
  return {
    nameOf: (scope, id, text) => {
      const key = JSON.stringify([scope, id, digest(text)]);
      let name = known.get(key);
      if (name !== undefined) return name;
      name = id;
      for (let n = 2; taken.has(JSON.stringify([scope, name])); n++) name = `${id}#${n}`;
      if (name !== id) renamed++;
      taken.add(JSON.stringify([scope, name]));
      known.set(key, name);
      return name;
    },
    renamed: () => renamed,
  };
}

/** What tells answers to one prompt apart: the text and, where there are any, the turns before it. */
export function answerText({ text, context }: Omit<Candidate, 'responseId'>): string {
  return context === undefined ? text : JSON.stringify([context, text]);
}

/** Long texts are kept as their digests. */
function digest(text: string): string {
  return text.length < 44 ? text : createHash('sha256').update(text).digest('base64');
}

/** Gives each prompt a `promptId` of its own, record after record; `renamed` counts the prompts that got a new one. */
export function distinctPromptIds(): {
  readonly rename: <T extends PromptRecord>(record: T) => T;
  readonly renamed: () => number;
} {
  const { nameOf, renamed } = startNames();
  return {
    rename: (record) => {
      const promptId = nameOf('', record.promptId, JSON.stringify(record.prompt));
      return promptId === record.promptId ? record : { ...record, promptId };
    },
    renamed,
  };
}

/** Gives each prompt and each response to it an id of its own; ids that stand for one text stay as they are. */
export function withDistinctIds(votes: readonly Comparison[]): {
  readonly votes: readonly Comparison[];
  readonly renamed: RenamedIds;
} {
  const prompts = distinctPromptIds();
  const responses = startNames();
  const named = (promptId: string, candidate: Candidate): Candidate => {
    const responseId = responses.nameOf(promptId, candidate.responseId, answerText(candidate));
    return responseId === candidate.responseId ? candidate : { ...candidate, responseId };
  };
  const distinct = votes.map((vote) => {
    const renamed = prompts.rename(vote);
    const [a, b] = [named(renamed.promptId, renamed.a), named(renamed.promptId, renamed.b)];
    return a === renamed.a && b === renamed.b ? renamed : { ...renamed, a, b };
  });
  return { votes: distinct, renamed: { prompts: prompts.renamed(), responses: responses.renamed() } };
}
