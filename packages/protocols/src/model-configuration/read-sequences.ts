import {
  sequenceIdleMicrosecondsDefault,
  type DirectSequences,
  type OldestSequences,
  type SequenceBatching,
  type SequenceControl,
  type SequenceState,
} from '@cluster-ai/core/model-configuration/model-configuration.ts';
import type { Datatype } from '@cluster-ai/core/tensors/datatype.ts';
import type { ConfigMessage } from './config-message.ts';
import type { Findings } from './findings.ts';
import { readDatatype, readDims } from './read-datatype.ts';
import { microseconds, readPreferred } from './read-dynamic-batching.ts';

const kinds = {
  CONTROL_SEQUENCE_START: 'start',
  CONTROL_SEQUENCE_READY: 'ready',
  CONTROL_SEQUENCE_END: 'end',
  CONTROL_SEQUENCE_CORRID: 'correlation-id',
} as const;

const correlationTypes: ReadonlySet<Datatype> = new Set(['UINT64', 'INT64', 'UINT32', 'INT32', 'BYTES']);

export function readSequences(config: ConfigMessage, findings: Findings): SequenceBatching | null {
  const message = config.message('sequence_batching');
  if (message === null) return null;
  const at = 'sequence_batching';
  if (message.flag('iterative_sequence')) findings.ignore(`${at}.iterative_sequence`);
  const idle = message.number('max_sequence_idle_microseconds');
  const candidates = message.message('oldest')?.number('max_candidate_sequences') ?? 0;
  const direct = readDirect(message.message('direct'), findings);
  const oldest = readOldest(message.message('oldest'), config.number('max_batch_size'), findings);
  return {
    maxIdleMicroseconds: idle === 0 ? sequenceIdleMicrosecondsDefault : Math.min(idle, Number.MAX_SAFE_INTEGER),
    controls: message.messages('control_input').flatMap((input) => readControls(input, findings)),
    states: message.messages('state').flatMap((state) => readState(state, findings)),
    maxCandidateSequences: candidates > 0 ? candidates : null,
    ...(direct === null ? {} : { direct }),
    ...(oldest === null ? {} : { oldest }),
  };
}

function readDirect(message: ConfigMessage | null, findings: Findings): DirectSequences | null {
  if (message === null) return null;
  const part = message.number('minimum_slot_utilization');
  if (!(part >= 0 && part <= 1)) {
    const place = message.placeOf('minimum_slot_utilization');
    findings.refuse(place, `minimum_slot_utilization is ${part}`, 'write a part of a batch, from 0.0 to 1.0');
  }
  const maxQueueDelayMicroseconds = microseconds(message, 'max_queue_delay_microseconds');
  return { minimumSlotUtilization: Math.min(1, Math.max(0, part)), maxQueueDelayMicroseconds };
}

function readOldest(message: ConfigMessage | null, limit: number, findings: Findings): OldestSequences | null {
  if (message === null) return null;
  return {
    preferredBatchSizes: readPreferred(message, limit, findings),
    maxQueueDelayMicroseconds: microseconds(message, 'max_queue_delay_microseconds'),
    preserveOrdering: message.flag('preserve_ordering'),
  };
}

function readControls(message: ConfigMessage, findings: Findings): SequenceControl[] {
  const input = message.text('name');
  if (input === '') findings.refuse(message.place, 'a control_input has no name', 'write name: "…" as in the model');
  const controls = message.messages('control');
  if (controls.length !== 1) {
    const found = `control_input '${input}' has ${controls.length} controls`;
    findings.refuse(message.place, found, 'give each control an input of its own');
  }
  return controls.slice(0, 1).flatMap((control) => readControl(input, control, findings));
}

function readControl(input: string, message: ConfigMessage, findings: Findings): SequenceControl[] {
  const name = message.text('kind');
  const kind = Object.entries(kinds).find(([known]) => known === name)?.[1] ?? 'start';
  const of = `control_input '${input}'`;
  if (kind === 'correlation-id') {
    const datatype = readDatatype(message, of, findings);
    if (datatype === null) return [];
    if (correlationTypes.has(datatype)) return [{ input, kind, datatype, no: 0, yes: 0 }];
    const fix = `use one of ${[...correlationTypes].map((type) => (type === 'BYTES' ? 'TYPE_STRING' : `TYPE_${type}`)).join(', ')}`;
    findings.refuse(message.place, `${of} cannot hold a correlation id as ${datatype}`, fix);
    return [];
  }
  const pairs: { readonly datatype: Datatype; readonly values: readonly number[] }[] = [
    { datatype: 'INT32', values: message.numbers('int32_false_true') },
    { datatype: 'FP32', values: message.numbers('fp32_false_true') },
    { datatype: 'BOOL', values: message.flags('bool_false_true').map(Number) },
  ];
  const [pair, ...others] = pairs.filter(({ values }) => values.length > 0);
  const [no, yes, ...more] = pair?.values ?? [];
  if (pair === undefined || no === undefined || yes === undefined || more.length > 0 || others.length > 0) {
    const fix = 'write int32_false_true: [ 0, 1 ], or fp32_false_true, or bool_false_true, as the model has it';
    findings.refuse(message.place, `${of} needs one pair of values for false and true`, fix);
    return [];
  }
  return [{ input, kind, datatype: pair.datatype, no, yes }];
}

function readState(message: ConfigMessage, findings: Findings): SequenceState[] {
  const input = message.text('input_name');
  const output = message.text('output_name');
  if (input === '' || output === '') {
    findings.refuse(message.place, 'a state has no input_name or no output_name', 'name both, as in the model');
  }
  const of = `state '${input}'`;
  const datatype = readDatatype(message, of, findings);
  const dims = readDims(message, 'dims', of, findings);
  const initials = message.messages('initial_state');
  const [initial] = initials;
  if (initials.length > 1) findings.refuse(message.place, `${of} has several initial_state`, 'keep one of them');
  const initialDims = initial === undefined ? [] : readDims(initial, 'dims', `the initial_state of ${of}`, findings);
  if (initialDims.includes(-1)) {
    findings.refuse(
      initial?.place ?? message.place,
      `the initial_state of ${of} has open dimensions`,
      'give their size',
    );
  }
  const file = initial?.text('data_file') ?? '';
  if (datatype === null) return [];
  const initialFile = file === '' ? null : `initial_state/${file}`;
  return [{ input, output, datatype, dims, initialFile, initialDims: initialDims.map((size) => Math.max(0, size)) }];
}
