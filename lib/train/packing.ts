/**
 * Sequences side by side in one row, without padding between them, and what several begin with computed once: a causal model gives equal
 * beginnings equal hidden states.
 */
import * as tf from '@tensorflow/tfjs';
import { packedRows, packedLengths } from '../backend';
import type { Packing } from '../model/transformer';

type Tokens = readonly number[];

/** Sequences that share their first `shared` tokens. */
export interface SequenceGroup {
  readonly shared: number;
  /** Numbers of the sequences. */
  readonly members: readonly number[];
  /** Tokens that the group takes, the shared ones once. */
  readonly length: number;
}

/** For the sake of a shared beginning groups are made this long, or twice as long as their longest member. Tokens. */
const longestGroup = 512;

function commonLength(a: Tokens, b: Tokens): number {
  const most = Math.min(a.length, b.length);
  let length = 0;
  while (length < most && a[length] === b[length]) length++;
  return length;
}

/** Negative where `a` comes before `b` in a dictionary. */
function compare(a: Tokens, b: Tokens): number {
  const at = commonLength(a, b);
  return (a[at] ?? -1) - (b[at] ?? -1);
}

/** A group with one member more; undefined where that saves nothing or makes it too long. */
function join(
  { shared: before, members: others }: SequenceGroup,
  number: number,
  tokensOf: (number: number) => Tokens,
): SequenceGroup | undefined {
  const shared = Math.min(before, commonLength(tokensOf(others[0] as number), tokensOf(number)));
  const members = [...others, number];
  const lengths = members.map((member) => tokensOf(member).length);
  const saved = (members.length - 1) * shared;
  const length = lengths.reduce((sum, n) => sum + n, 0) - saved;
  const gains = saved > (others.length - 1) * before;
  const fits = length <= Math.max(longestGroup, 2 * Math.max(...lengths));
  return gains && fits ? { shared, members, length } : undefined;
}

/**
 * Puts sequences that begin alike into groups, wherever that leaves fewer tokens to compute.
 *
 * With n members that share L tokens a group saves (n − 1)·L; a sequence joins if that grows.
 */
export function groupByBeginning(sequences: readonly Tokens[]): SequenceGroup[] {
  const groups: SequenceGroup[] = [];
  const tokensOf = (number: number): Tokens => sequences[number] as Tokens;
  // In the order of a dictionary those that begin alike follow each other.
  const order = [...sequences.keys()].sort((a, b) => compare(tokensOf(a), tokensOf(b)) || a - b);
  for (const number of order) {
    const tokens = tokensOf(number);
    const last = groups.at(-1);
    const joined = last && join(last, number, tokensOf);
    if (joined === undefined)
      groups.push({ shared: tokens.length, members: [number], length: tokens.length });
    else groups[groups.length - 1] = joined;
  }
  return groups;
}

/** Groups by row, each row at most `T` long: first-fit, the longest first. @returns numbers of groups. */
export function fillRows(lengths: readonly number[], T: number): number[][] {
  const rows: { left: number; groups: number[] }[] = [];
  const order = [...lengths.keys()].sort((a, b) => (lengths[b] as number) - (lengths[a] as number) || a - b);
  for (const group of order) {
    const length = lengths[group] as number;
    let row = rows.find(({ left }) => left >= length);
    if (row === undefined) rows.push((row = { left: T, groups: [] }));
    row.left -= length;
    row.groups.push(group);
  }
  return rows.map(({ groups }) => groups);
}

/** Sequences as packed rows. */
export interface PackedSequences {
  /** [B, T] int32 */
  readonly tokens: tf.Tensor2D;
  /** [B, T] 1 = a real token */
  readonly mask: tf.Tensor2D;
  readonly packing: Packing;
  /** Where in [B·T] each token of a sequence stands. */
  readonly places: readonly Int32Array[];
}

/**
 * Lays sequences out; the caller disposes the tensors. Of the lengths that rows may have, the one is taken that is least work: a token
 * meets the weights once, and attention grows with the length of its row.
 *
 * @param width D of the model: attention to T tokens costs about as much as T/(10·D) of everything else.
 */
export function packSequences(
  sequences: readonly Tokens[],
  padTokenId: number,
  width: number,
): PackedSequences {
  const groups = groupByBeginning(sequences);
  const lengths = groups.map(({ length }) => length);
  const layouts = packedLengths(
    Math.max(...lengths),
    lengths.reduce((sum, n) => sum + n, 0),
  ).map((T) => {
    const rows = fillRows(lengths, T);
    const B = packedRows(rows.length);
    return { rows, B, T, cost: B * T * (1 + T / (10 * width)) };
  });
  const { rows, B, T } = layouts.reduce((best, layout) => (layout.cost < best.cost ? layout : best));
  const tokens = new Int32Array(B * T).fill(padTokenId);
  const mask = new Float32Array(B * T);
  const positions = new Float32Array(B * T);
  // Padding is a segment of its own.
  const segments = new Int32Array(B * T);
  const beginnings = new Int32Array(B * T);
  const places = sequences.map((sequence) => new Int32Array(sequence.length));
  let segment = 0;
  rows.forEach((own, b) => {
    let place = b * T;
    const put = (sequence: Tokens, from: number, to: number, beginning: number): number[] => {
      segment++;
      return Array.from({ length: to - from }, (_, i) => {
        tokens[place] = sequence[from + i] as number;
        mask[place] = 1;
        positions[place] = from + i;
        segments[place] = segment;
        beginnings[place] = beginning === 0 ? segment : beginning;
        return place++;
      });
    };
    for (const { shared, members } of own.map((group) => groups[group] as SequenceGroup)) {
      const first = put(sequences[members[0] as number] as Tokens, 0, shared, 0);
      const beginning = segment;
      for (const member of members) {
        const sequence = sequences[member] as Tokens;
        places[member]?.set([...first, ...put(sequence, shared, sequence.length, beginning)]);
      }
    }
  });
  return {
    tokens: tf.tensor2d(tokens, [B, T], 'int32'),
    mask: tf.tensor2d(mask, [B, T]),
    packing: {
      positions: tf.tensor2d(positions, [B, T]),
      segments: tf.tensor2d(segments, [B, T], 'int32'),
      beginnings: tf.tensor2d(beginnings, [B, T], 'int32'),
    },
    places,
  };
}
