import type { Call, Reply } from '@cluster-ai/platform/edge/edge.ts';
import { readLogChange, readTraceChange } from '@cluster-ai/protocols/open-inference/settings.ts';
import type { Caller } from '../../auth/caller.ts';
import type { SwitchedLog } from '../../open-inference/log-settings.ts';
import { logWords, traceWords } from '../../open-inference/setting-words.ts';
import type { TraceSettings } from '../../open-inference/trace-settings.ts';
import { variantOfVersion, type RouteTable } from '../../routing/route-table.ts';
import { assertEveryModel, assertOperates } from '../../open-inference/operator.ts';
import { readDocument, settingsBytesMax, type Keep } from './extension-call.ts';
import { sendJson } from './send-json.ts';

/** Reads, or changes by POST, what is traced: of all versions of one model, whichever is named, or of all models. */
export async function traceSettings(
  call: Call,
  reply: Reply,
  caller: Caller,
  target: { readonly model: string; readonly version: string | null } | null,
  { routes, traces, keep }: { readonly routes: RouteTable; readonly traces: TraceSettings; readonly keep: Keep },
): Promise<void> {
  const model = target?.model ?? null;
  if (target !== null) {
    const route = routes.find(target.model);
    if (target.version !== null) variantOfVersion(route, target.version);
  }
  if (call.method !== 'POST') return sendJson(reply, 200, JSON.stringify(traceWords(traces.get(model))));
  assertOperates(call, caller);
  if (model === null) assertEveryModel(caller);
  const change = readTraceChange(await readDocument(call, settingsBytesMax, keep));
  sendJson(reply, 200, JSON.stringify(traceWords(traces.change(model, change))));
}

/** Reads, or changes by POST, what this gateway writes into its log. */
export async function logSettings(
  call: Call,
  reply: Reply,
  caller: Caller,
  { log, keep }: { readonly log: SwitchedLog; readonly keep: Keep },
): Promise<void> {
  if (call.method !== 'POST') return sendJson(reply, 200, JSON.stringify(logWords(log.settings)));
  assertOperates(call, caller);
  assertEveryModel(caller);
  const change = readLogChange(await readDocument(call, settingsBytesMax, keep));
  sendJson(reply, 200, JSON.stringify(logWords(log.change(change, caller.id))));
}
