import { getModel, listModels } from '@cluster-ai/contract/api/models.ts';
import { ClusterError } from '@cluster-ai/core/errors.ts';
import { mockEndpoint } from '../endpoint.ts';
import { mockModels } from '../models.ts';

export const modelEndpoints = [
  mockEndpoint(listModels, ({ state }) => ({ items: state.scenario === 'empty' ? [] : [...mockModels], next: null })),
  mockEndpoint(getModel, ({ params, state }) => {
    const model = state.scenario === 'empty' ? undefined : mockModels.find(({ name }) => name === params.name);
    if (model === undefined) throw new ClusterError('MODEL_NOT_FOUND', `there is no model '${params.name}'`);
    return model;
  }),
];
