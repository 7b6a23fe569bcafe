import { listQueryOf } from '../table/list-query.ts';
import type { PageName } from './page-code.ts';

/** What a page cannot be drawn without. */
export interface FirstNeeds {
  readonly page: PageName;
  /** Addresses of the API that it asks for first, as the client writes them; besides the session and the overview. */
  readonly calls: readonly string[];
}

type Address = Pick<Location, 'pathname' | 'search'>;

/** Names that stand in an address of the API as they are. */
const name = /^[\w.-]+$/;

/**
 * What the page of an address needs first. It knows neither router nor contract, so that it can be asked before they are
 * loaded; what it leaves out or has wrong is asked for by the page itself, a little later.
 * @returns undefined where no page behind the sign-in stands
 */
export function firstNeeds({ pathname, search }: Address): FirstNeeds | undefined {
  const [area = '', id = '', part = '', number = '', ...more] = pathname.split('/').slice(1);
  if (more.length > 0 || (id !== '' && !name.test(id))) return undefined;
  const query = new URLSearchParams(search);
  const list = `?${new URLSearchParams(listTexts(query)).toString()}`;
  if (id === '') return ofArea(area, list);
  if (area === 'routes' && part === '') return { page: 'route', calls: [`/routes/${id}`] };
  if (area !== 'models') return undefined;
  const model = `/models/${id}`;
  if (part === '') {
    const ofTab = { versions: [`${model}/versions${list}`], batching: [`${model}/batching`] };
    const tab = query.get('tab') ?? 'versions';
    return { page: 'model', calls: [model, ...(tab === 'versions' || tab === 'batching' ? ofTab[tab] : [])] };
  }
  if (part === 'versions' && /^[1-9]\d{0,8}$/.test(number)) {
    return { page: 'modelVersion', calls: [model, `${model}/versions/${number}`] };
  }
  if (part === 'compare' && number === '') {
    const chosen = /^\d{1,9}(,\d{1,9}){0,7}$/.exec(query.get('versions') ?? '')?.[0].split(',') ?? [];
    return { page: 'modelCompare', calls: [model, ...chosen.map((version) => `${model}/versions/${version}`)] };
  }
  return undefined;
}

function ofArea(area: string, list: string): FirstNeeds | undefined {
  switch (area) {
    case '':
      return { page: 'overview', calls: [] };
    case 'models':
    case 'routes':
    case 'keys':
    case 'users':
    case 'audit':
      return { page: area, calls: [`/${area}${list}`] };
    case 'settings':
      return { page: area, calls: ['/settings'] };
    case 'gateways':
    case 'playground':
      return { page: area, calls: [] };
    default:
      return undefined;
  }
}

/** The query of a list as texts, in the order in which the page writes it. */
function listTexts(query: URLSearchParams): Record<string, string> {
  const given = (key: string) => query.get(key) ?? undefined;
  const { limit, ...rest } = listQueryOf({ filter: given('filter'), sort: given('sort'), cursor: given('cursor') });
  return { limit: String(limit), ...rest };
}
