import type { Route } from '@cluster-ai/contract/api/routes.ts';
import { useQueryClient } from '@tanstack/react-query';
import { routeQuery } from '../../api/model-query.ts';

/** Takes over a route as a change has answered it, and has every list asked for anew. */
export function useRouteChanged(): (route: Route) => void {
  const client = useQueryClient();
  return (route) => {
    client.setQueryData(routeQuery(route.name).queryKey, route);
    void client.invalidateQueries({ queryKey: ['routes'] });
    void client.invalidateQueries({ queryKey: ['models'] });
  };
}
