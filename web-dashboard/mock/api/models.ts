import { getModel, listModels } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockModels } from '../models.ts';
import { onePage } from '../one-page.ts';

export const modelEndpoints = [
  mockEndpoint(listModels, ({ state }) => onePage(state.scenario === 'empty' ? [] : mockModels)),
  mockEndpoint(getModel, ({ params, state }) => {
    const model = state.scenario === 'empty' ? undefined : mockModels.find(({ name }) => name === params.name);
    if (model === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${params.name}'`);
    return model;
  }),
];
