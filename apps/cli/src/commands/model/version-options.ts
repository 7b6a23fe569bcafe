import { lineageValue, type Lineage } from '@cluster-ai/contract/api/models.ts';
import type { ModelSettings } from '@cluster-ai/contract/manifest.ts';
import { objectiveMsMax } from '@cluster-ai/core/batching/latency-objective.ts';
import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { wholeNumber } from '../arguments.ts';

export interface NotesOptions {
  readonly notes?: string;
  readonly lineage?: Lineage;
}

export interface VersionOptions extends NotesOptions {
  readonly isolation?: 'shared' | 'dedicated';
  readonly instances?: number;
  readonly maxBatchSize?: number;
  readonly latencyObjective?: number;
}

/** What is said about a version, and may be changed later. */
export function withNotesOptions(command: Command): Command {
  return command
    .option('--notes <text>', 'what is to be known about this version')
    .addOption(
      new Option(
        '--lineage <key=value>',
        'where it comes from, as in dataset=iris-2026; numbers can be compared; may be repeated',
      ).argParser(collectLineage),
    );
}

/** What is said about a new version, and how it is to be run. */
export function withVersionOptions(command: Command): Command {
  return withNotesOptions(command)
    .addOption(
      new Option('--isolation <kind>', 'a runner process with others, or one of its own').choices([
        'shared',
        'dedicated',
      ]),
    )
    .option('--instances <number>', 'copies that answer side by side', wholeNumber)
    .option('--max-batch-size <rows>', 'rows of a merged batch at most; 0 never merges', rowCount)
    .option(
      '--latency-objective <ms>',
      'what 99 of 100 requests shall keep: gateways pick batches, delay and instances for it; 0 is none',
      milliseconds,
    );
}

/** How a version is to be run; what was not said is the gateway's choice. */
export function settingsOf({ isolation, instances, maxBatchSize, latencyObjective }: VersionOptions): ModelSettings {
  return {
    ...(isolation === undefined ? {} : { isolation }),
    ...(instances === undefined ? {} : { instances }),
    ...(maxBatchSize === undefined ? {} : { maxBatchSize }),
    ...(latencyObjective === undefined ? {} : { latencyObjectiveMs: latencyObjective }),
  };
}

function collectLineage(text: string, before: Lineage | undefined): Lineage {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? [];
  if (key === undefined || value === undefined) {
    throw new InvalidArgumentError('It must be a key and a value, as in dataset=iris-2026.');
  }
  return { ...before, [key.trim()]: lineageValue(value) };
}

function milliseconds(text: string): number {
  const value = text.trim() === '' ? NaN : Number(text);
  if (value >= 0 && value <= objectiveMsMax) return value;
  throw new InvalidArgumentError(`It must be milliseconds, from 0 to ${objectiveMsMax}.`);
}

function rowCount(text: string): number {
  return text === '0' ? 0 : wholeNumber(text);
}
