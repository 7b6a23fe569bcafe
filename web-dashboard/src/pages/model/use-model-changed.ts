import type { Model } from '@cluster-ai/contract/api/models.ts';
import { useQueryClient } from '@tanstack/react-query';
import { modelQuery } from '../../api/model-query.ts';

/** Takes over a model as a change has answered it, and has every list asked for anew. */
export function useModelChanged(): (model: Model) => void {
  const client = useQueryClient();
  return (model) => {
    client.setQueryData(modelQuery(model.name).queryKey, model);
    void client.invalidateQueries({ queryKey: ['models'] });
  };
}
