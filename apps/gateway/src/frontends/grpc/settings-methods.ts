import { ClusterError } from '@cluster-ai/core/errors.ts';
import { isMessage, type ProtoObject } from '@cluster-ai/protocols/grpc/proto-messages.ts';
import { readLogChange, readTraceChange } from '@cluster-ai/protocols/open-inference/settings.ts';
import { assertCovers } from '../../auth/caller.ts';
import { assertEveryModel, assertOperates } from '../../open-inference/operator.ts';
import { logWords, traceWords } from '../../open-inference/setting-words.ts';
import { textOrNull } from './fields.ts';
import type { GrpcOptions } from './front-end.ts';
import type { UnaryMethod } from './unary.ts';

/** Trace and log settings: without any in the request they are told, with some they are changed first. */
export function settingsMethods({
  stages: { routes },
  traces,
  log,
}: GrpcOptions): Readonly<Record<string, UnaryMethod>> {
  return {
    TraceSetting: {
      action: 'read',
      answer: (request, { caller, call }) => {
        const model = textOrNull(request, 'model_name');
        if (model !== null) {
          assertCovers(caller, model);
          routes.find(model);
        }
        const given = settingsOf(request).map(([name, setting]) => [name, traceValue(name, setting)] as const);
        if (given.length === 0) return { settings: traceSettings(traceWords(traces.get(model))) };
        assertOperates(call, caller);
        if (model === null) assertEveryModel(caller);
        return {
          settings: traceSettings(traceWords(traces.change(model, readTraceChange(Object.fromEntries(given))))),
        };
      },
    },
    LogSettings: {
      action: 'read',
      answer: (request, { caller, call }) => {
        const given = settingsOf(request).map(([name, setting]) => [name, logValue(setting)] as const);
        if (given.length === 0) return { settings: logSettings(logWords(log.settings)) };
        assertOperates(call, caller);
        assertEveryModel(caller);
        const change = readLogChange(Object.fromEntries(given));
        return { settings: logSettings(logWords(log.change(change, caller.id))) };
      },
    },
  };
}

function settingsOf({ settings }: ProtoObject): [name: string, setting: ProtoObject][] {
  return Object.entries(isMessage(settings) ? settings : {}).flatMap(([name, setting]): [string, ProtoObject][] =>
    isMessage(setting) ? [[name, setting]] : [],
  );
}

/** No value brings back what holds without the setting; only levels are a list. */
function traceValue(name: string, { value }: ProtoObject): string | string[] | null {
  const values = Array.isArray(value) ? value.filter((each: unknown) => typeof each === 'string') : [];
  const [first, ...others] = values;
  if (first === undefined) return null;
  if (name === 'trace_level') return values;
  if (others.length === 0) return first;
  throw new ClusterError('INVALID_ARGUMENT', `expect only 1 value for '${name.slice(0, 64)}'`);
}

function logValue(setting: ProtoObject): string | number | boolean | null {
  const choice = setting['parameter_choice'];
  const value = typeof choice === 'string' ? setting[choice] : null;
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}

function traceSettings(words: ReturnType<typeof traceWords>): ProtoObject {
  return Object.fromEntries(Object.entries(words).map(([name, value]) => [name, { value: [value].flat() }]));
}

function logSettings(words: ReturnType<typeof logWords>): ProtoObject {
  return Object.fromEntries(
    Object.entries(words).map(([name, value]: [string, string | number | boolean]) => {
      if (typeof value === 'boolean') return [name, { bool_param: value }];
      return [name, typeof value === 'number' ? { uint32_param: value } : { string_param: value }];
    }),
  );
}
