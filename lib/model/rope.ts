/** Rotary position embeddings in config.json: their base, and the scalings that stretch them over longer texts. */
import type { ConfigFields } from './config-fields';

/** How the frequencies differ from θ^(−2i/dims), as data. */
export type RopeScaling = LinearScaling | Llama3Scaling | YarnScaling;

/** All frequencies divided by `factor`. */
export interface LinearScaling {
  readonly type: 'linear';
  readonly factor: number;
}

/**
 * Low frequencies divided by `factor`, high ones kept, those between blended by how often they turn in `original` tokens.
 *
 * @see Llama 3 (arXiv:2407.21783)
 */
export interface Llama3Scaling {
  readonly type: 'llama3';
  readonly factor: number;
  /** Turns in `original` tokens up to which a frequency is low. */
  readonly lowFrequency: number;
  /** Turns in `original` tokens from which a frequency is high. */
  readonly highFrequency: number;
  /** Tokens that the model was first trained on. */
  readonly original: number;
}

/**
 * As {@link Llama3Scaling}, but blended along the pairs of dimensions, and with attention scaled.
 *
 * @see YaRN (arXiv:2309.00071), section 3.2
 */
export interface YarnScaling {
  readonly type: 'yarn';
  readonly factor: number;
  /** Tokens that the model was first trained on. */
  readonly original: number;
  /** Turns in `original` tokens from which a pair is kept. */
  readonly betaFast: number;
  /** Turns in `original` tokens up to which a pair is divided. */
  readonly betaSlow: number;
  /** Whether the bounds are rounded to whole pairs, outwards. */
  readonly truncate: boolean;
  /** cos and sin are multiplied by this. */
  readonly attentionFactor: number;
}

/** What `rope_parameters` (or `rope_scaling`) says. */
export interface Rope {
  readonly theta: number;
  /** Share of a head's dimensions that turn. */
  readonly share: number;
  readonly scaling?: RopeScaling;
}

type Parameters = Readonly<Record<string, unknown>>;
const ropeTypes = ['default', 'linear', 'dynamic', 'llama3', 'yarn'];

/**
 * The parameters as they are in config.json, or those of layers without a window where each kind of layer has its own. The older name,
 * where it holds anything, counts before the newer, as in transformers 5.
 */
export function ropeParameters(raw: Parameters): Parameters {
  const newer = (raw['rope_parameters'] ?? {}) as Parameters;
  const older = (raw['rope_scaling'] ?? {}) as Parameters;
  const full = newer['full_attention'] as Parameters | undefined;
  if (typeof full === 'object') return { ...full, ...older };
  return Object.keys(older).length > 0 ? older : newer;
}

/**
 * Reads the parameters of rotary embeddings.
 *
 * Dynamic NTK scaling changes frequencies only of texts longer than `max_position_embeddings`, which this kit refuses; up to there
 * it is no scaling, as in transformers.
 *
 * @param parameters of one kind of layer.
 * @param base field of config.json that holds the base where the parameters do not.
 * @throws {InputError} for a type or parameters that are not computed.
 */
export function readRope(fields: ConfigFields, parameters: Parameters, base = 'rope_theta'): Rope {
  const { raw, refuse } = fields;
  const positive = (name: string, fallback?: number): number => {
    const value = parameters[name] ?? fallback;
    return typeof value === 'number' && value > 0
      ? value
      : refuse(`rope_parameters.${name}`, 'a positive number', parameters[name]);
  };
  // Newer files keep the base with the other parameters; where both are there, that one counts.
  const theta = parameters['rope_theta'] == null ? fields.number(base, 10000) : positive('rope_theta');
  const share = positive('partial_rotary_factor', (raw['partial_rotary_factor'] ?? 1) as number);
  if (share > 1) refuse('partial_rotary_factor', 'a number in (0, 1]', share);
  const scaling = readScaling(fields, parameters, positive);
  return { theta, share, ...(scaling === undefined ? {} : { scaling }) };
}

function readScaling(
  { raw, refuse, size }: ConfigFields,
  parameters: Parameters,
  positive: (name: string, fallback?: number) => number,
): RopeScaling | undefined {
  const type = (parameters['rope_type'] ?? parameters['type'] ?? 'default') as string;
  const positions = size('max_position_embeddings', 2048);
  const original = (): number =>
    raw['original_max_position_embeddings'] == null
      ? positive('original_max_position_embeddings', positions)
      : size('original_max_position_embeddings');
  switch (type) {
    case 'default':
      return undefined;
    case 'dynamic':
      positive('factor');
      return undefined;
    case 'linear':
      return { type, factor: positive('factor') };
    case 'llama3': {
      const lowFrequency = positive('low_freq_factor');
      const highFrequency = positive('high_freq_factor');
      if (highFrequency <= lowFrequency)
        refuse('rope_parameters.high_freq_factor', `above low_freq_factor (${lowFrequency})`, highFrequency);
      return { type, factor: positive('factor'), lowFrequency, highFrequency, original: original() };
    }
    case 'yarn': {
      const factor = positive('factor', positions / original());
      const grown = (by: number): number => (factor <= 1 ? 1 : 0.1 * by * Math.log(factor) + 1);
      const [over, under] = [parameters['mscale'], parameters['mscale_all_dim']] as (number | undefined)[];
      return {
        type,
        factor,
        original: original(),
        // A zero counts as absent, as in transformers.
        betaFast: positive('beta_fast', 32),
        betaSlow: positive('beta_slow', 1),
        truncate: parameters['truncate'] !== false,
        attentionFactor: positive('attention_factor', over && under ? grown(over) / grown(under) : grown(1)),
      };
    }
    default:
      return refuse('rope_parameters.rope_type', `one of ${ropeTypes.join(', ')}`, type);
  }
}

/** How fast each pair of dimensions turns, in radians a position. [dims/2] */
export function ropeFrequencies(dims: number, theta: number, scaling?: RopeScaling): number[] {
  const plain = Array.from({ length: dims / 2 }, (_, i) => theta ** (-(2 * i) / dims));
  switch (scaling?.type) {
    case undefined:
      return plain;
    case 'linear':
      return plain.map((frequency) => frequency / scaling.factor);
    case 'llama3': {
      const { factor, lowFrequency, highFrequency, original } = scaling;
      return plain.map((frequency) => {
        const turns = (original * frequency) / (2 * Math.PI);
        const kept = Math.min(1, Math.max(0, (turns - lowFrequency) / (highFrequency - lowFrequency)));
        return kept * frequency + ((1 - kept) * frequency) / factor;
      });
    }
    case 'yarn': {
      const { factor, original, betaFast, betaSlow, truncate } = scaling;
      /** The pair that turns so often in the original length. */
      const pair = (turns: number): number =>
        (dims * Math.log(original / (turns * 2 * Math.PI))) / (2 * Math.log(theta));
      const from = Math.max(0, truncate ? Math.floor(pair(betaFast)) : pair(betaFast));
      const to = Math.min(dims - 1, truncate ? Math.ceil(pair(betaSlow)) : pair(betaSlow));
      return plain.map((frequency, i) => {
        const scaled = Math.min(1, Math.max(0, (i - from) / (to === from ? 0.001 : to - from)));
        return scaled * (frequency / factor) + (1 - scaled) * frequency;
      });
    }
  }
}
