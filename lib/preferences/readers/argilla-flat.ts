/** Argilla's records as a table: one column per field, and per question its responses, their annotators and their states. */
import type { Comparison } from '../../types';
import { argilla, promptNames } from './argilla';
import type { Layout, Row } from './layout';

const responses = '.responses';
/** What the export writes beside fields and metadata. */
const own = /^(?:id|status|_server_id|inserted_at|updated_at)$|\.(?:responses|suggestion)(?:\.\w+)?$/;

/** Fields are named freely, and metadata too; these are answers. */
const answerName = /^(?:response|completion|answer|output|generation|candidate|summary)(?:[-_ ]?\w+)?$/i;

function questionsOf(row: Row): string[] {
  return Object.keys(row)
    .filter((name) => name.endsWith(responses) && `${name}.users` in row)
    .map((name) => name.slice(0, -responses.length));
}

export const argillaFlat: Layout<Comparison> = {
  name: 'argilla-flat',
  fields: 'prompt, response1, response2, <question>.responses, <question>.responses.users, …',
  reads: [own, ...promptNames, answerName],
  json: [/\.(?:responses|suggestion)(?:\.\w+)?$/],
  example: {
    id: '1',
    prompt: 'Name a sport.',
    response1: 'Chess boxing.',
    response2: 'Bread.',
    'preference.responses': ['response1'],
    'preference.responses.users': ['u1'],
    'preference.responses.status': ['submitted'],
  },
  recognises: (row) => questionsOf(row).length > 0,
  ...(argilla.passesOver !== undefined && { passesOver: argilla.passesOver }),
  parser(file) {
    const parse = argilla.parser(file);
    return (row) => {
      const texts = Object.entries(row).filter(
        ([name, value]) => (promptNames.includes(name) || answerName.test(name)) && typeof value === 'string',
      );
      const given = questionsOf(row).flatMap((question) => {
        const [values, users, states] = ['', '.users', '.status'].map((part) => {
          const list = row[`${question}${responses}${part}`];
          return Array.isArray(list) ? (list as unknown[]) : [];
        });
        const answers =
          values?.map((value, i) => ({ value, user_id: users?.[i], status: states?.[i] })) ?? [];
        return answers.length === 0 ? [] : [[question, answers] as const];
      });
      return parse({ fields: Object.fromEntries(texts), responses: Object.fromEntries(given) });
    };
  },
};
