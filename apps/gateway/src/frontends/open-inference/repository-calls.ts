import { ClusterError } from '@cluster-ai/core/errors.ts';
import type { Call, Reply } from '@cluster-ai/platform/edge/edge.ts';
import { invalid, isObject, wrongType } from '@cluster-ai/protocols/open-inference/json-fields.ts';
import { readLoadParameters } from '@cluster-ai/protocols/open-inference/load-parameters.ts';
import type { Caller } from '../../auth/caller.ts';
import type { ModelRepository } from '../../open-inference/repository.ts';
import { assertOperates, keyOf } from '../../open-inference/operator.ts';
import { readDocument, settingsBytesMax, type Keep } from './extension-call.ts';
import { sendJson } from './send-json.ts';

type Repository = Pick<ModelRepository, 'index' | 'load' | 'unload'>;

/** There is one repository, which has no name. @throws ClusterError UNSUPPORTED in Triton's words. */
function assertNoRepositoryName(repository: string | null): void {
  if (repository === null) return;
  throw new ClusterError('UNSUPPORTED', "'repository_name' specification is not supported");
}

/** `POST /v2/repository/index`. */
export async function repositoryIndex(
  call: Call,
  reply: Reply,
  caller: Caller,
  name: string | null,
  { repository, keep }: { readonly repository: Repository; readonly keep: Keep },
): Promise<void> {
  assertNoRepositoryName(name);
  const { ready = false } = await readDocument(call, settingsBytesMax, keep);
  if (typeof ready !== 'boolean') throw invalid("Invalid value for 'ready': expected a boolean");
  sendJson(reply, 200, JSON.stringify(repository.index(caller, ready)));
}

/** `POST /v2/repository/models/{model}/load` and `unload`. */
export async function repositoryControl(
  call: Call,
  reply: Reply,
  caller: Caller,
  target: { readonly kind: 'load' | 'unload'; readonly repository: string | null; readonly model: string },
  {
    repository,
    jsonBytesMax,
    keep,
  }: { readonly repository: Repository; readonly jsonBytesMax: number; readonly keep: Keep },
): Promise<void> {
  assertNoRepositoryName(target.repository);
  // Before a body is read, which may be a large one.
  assertOperates(call, caller);
  const by = { caller, key: keyOf(call) };
  if (target.kind === 'load') {
    await repository.load(by, target.model, readLoadParameters(await readDocument(call, jsonBytesMax, keep)));
  } else {
    const { parameters = {} } = await readDocument(call, settingsBytesMax, keep);
    if (!isObject(parameters)) throw wrongType("'parameters'", 'object');
    const { unload_dependents: dependents = false } = parameters;
    if (typeof dependents !== 'boolean') throw wrongType("'unload_dependents'", 'boolean');
    await repository.unload(by, target.model);
  }
  reply.send(200, [['Content-Type', 'application/json']], '');
}
