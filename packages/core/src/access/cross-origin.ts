import { ClusterError } from '../errors.ts';

type Header = readonly [name: string, value: string];

/** What of a request a browser's cross-origin rules are about. */
export interface CrossOriginRequest {
  readonly method: string;
  readonly origin: string | null;
  /** `Access-Control-Request-Method`: with it, an OPTIONS call is a browser's question before the call proper. */
  readonly requestMethod: string | null;
}

/** Lets pages of named origins call from a browser. Never with cookies: such a page needs a key. */
export interface CrossOrigin {
  /** Headers for whatever is answered; none for an origin that is not named. */
  headers(request: CrossOriginRequest): readonly Header[];
  /** The request is a question that these headers answer whole, with 204. */
  isPreflight(request: CrossOriginRequest): boolean;
}

export interface CrossOriginOptions {
  /** Name of the setting: `http.cors.origins`. */
  readonly setting: string;
  readonly origins: readonly string[];
  /** `*` may be among the origins. */
  readonly anyOrigin: boolean;
  readonly methods: readonly string[];
  /** Request headers that a page may set, besides those that it always may. */
  readonly headers: readonly string[];
  /** Headers of an answer that a page may read, besides those that it always may. */
  readonly exposed: readonly string[];
}

/** Browsers ask again after this time. */
const maxAgeSeconds = 600;

/**
 * @returns null without origins: nothing is then said to browsers, and they keep pages of elsewhere out.
 * @throws ClusterError CONFIG_INVALID for what is not an exact origin.
 */
export function createCrossOrigin(options: CrossOriginOptions): CrossOrigin | null {
  const { setting, origins, methods } = options;
  if (origins.length === 0) return null;
  for (const origin of origins) assertOrigin(setting, origin, options.anyOrigin);
  const named = new Set(origins);
  const any = named.has('*');
  const isAllowed = (origin: string | null): origin is string => origin !== null && (any || named.has(origin));
  // An answer to one origin must not be given to another by a cache on the way.
  const vary: Header = ['Vary', 'Origin'];
  const isPreflight = ({ method, origin, requestMethod }: CrossOriginRequest): boolean =>
    method === 'OPTIONS' && requestMethod !== null && isAllowed(origin);
  return {
    isPreflight,
    headers: (request) => {
      const { origin } = request;
      if (!isAllowed(origin)) return any ? [] : [vary];
      const allow: readonly Header[] = any
        ? [['Access-Control-Allow-Origin', '*']]
        : [['Access-Control-Allow-Origin', origin], vary];
      if (!isPreflight(request)) return [...allow, ['Access-Control-Expose-Headers', options.exposed.join(', ')]];
      return [
        ...allow,
        ['Access-Control-Allow-Methods', methods.join(', ')],
        ['Access-Control-Allow-Headers', options.headers.join(', ')],
        ['Access-Control-Max-Age', String(maxAgeSeconds)],
      ];
    },
  };
}

function assertOrigin(setting: string, origin: string, anyOrigin: boolean): void {
  if (origin === '*' && anyOrigin) return;
  // The form in which browsers send it: scheme, name in lower case, a port where it is not the usual one.
  if (/^https?:\/\/(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:\d{1,5})?$/.test(origin)) return;
  throw new ClusterError('CONFIG_INVALID', `${setting}: ${JSON.stringify(origin)} is not an origin`, {
    fix: `write scheme and host, and the port where it is not the usual one: https://app.example.com${anyOrigin ? '; * means every page' : ''}`,
  });
}
