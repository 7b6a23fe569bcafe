import { request as httpRequest } from 'node:http';
import type { callEndpoint } from '@cluster-ai/contract/api/client.ts';
import { endpointUrl, problemError } from '@cluster-ai/contract/api/client.ts';
import type { Endpoint } from '@cluster-ai/contract/api/endpoint.ts';
import { getSession } from '@cluster-ai/contract/api/session.ts';
import type { Session } from '@cluster-ai/contract/api/session.ts';

export interface BrowserAnswer {
  readonly status: number;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly body: string;
}

export interface Send {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
}

type Input<E extends Endpoint> = NonNullable<Parameters<typeof callEndpoint<E>>[2]>;
type Answer<E extends Endpoint> = Awaited<ReturnType<typeof callEndpoint<E>>>;

/**
 * What a browser adds to the requests of a page: cookies that it was given, Origin and the rest. Its page sends the CSRF
 * token that the session told it.
 */
export class Browser {
  readonly url: string;
  readonly cookies = new Map<string, string>();
  private csrfToken: string | null = null;

  /** @param url of the front door, and so of the page. */
  constructor(url: string) {
    this.url = url.replace('127.0.0.1', 'localhost');
  }

  /** Sends exactly these headers beside the cookies. Redirects are answers. */
  send(path: string, { method = 'GET', headers = {}, body }: Send = {}): Promise<BrowserAnswer> {
    const target = new URL(path, this.url);
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    return new Promise((resolve, reject) => {
      const call = httpRequest(
        {
          host: '127.0.0.1',
          port: target.port,
          method,
          path: target.pathname + target.search,
          headers: { host: target.host, ...(cookie === '' ? {} : { cookie }), ...headers },
          agent: false,
        },
        (response) => {
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => (text += chunk));
          response.on('end', () => {
            this.keep(response.headers['set-cookie'] ?? []);
            resolve({ status: response.statusCode ?? 0, headers: response.headers, body: text });
          });
        },
      );
      call.on('error', reject);
      call.end(body);
    });
  }

  /** What the page sends with a call: its origin, and for changes the CSRF token. */
  pageHeaders(method: string): Record<string, string> {
    if (method === 'GET') return { 'sec-fetch-site': 'same-origin' };
    return {
      origin: this.url,
      'sec-fetch-site': 'same-origin',
      ...(this.csrfToken === null ? {} : { 'x-csrf-token': this.csrfToken }),
    };
  }

  /** Calls an endpoint as the dashboard does. @throws ClusterError that the server has answered with. */
  async call<E extends Endpoint>(target: E, input: Input<E> = {}): Promise<Answer<E>> {
    const url = new URL(endpointUrl(this.url, target, input));
    const headers = this.pageHeaders(target.method);
    if (input.body !== undefined) headers['content-type'] = 'application/json';
    const answer = await this.send(url.pathname + url.search, {
      method: target.method,
      headers,
      ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
    });
    if (answer.status >= 400) throw problemError(answer.status, answer.body, this.url);
    // The schema is the endpoint's own, so its output type is what the caller was promised.
    const parsed = target.answer.parse(JSON.parse(answer.body)) as Answer<E>;
    if (typeof parsed === 'object' && parsed !== null && 'csrfToken' in parsed) this.took(parsed.csrfToken);
    return parsed;
  }

  session(): Promise<Session> {
    return this.call(getSession);
  }

  private took(csrfToken: unknown): void {
    this.csrfToken = typeof csrfToken === 'string' ? csrfToken : null;
  }

  private keep(lines: readonly string[]): void {
    for (const line of lines) {
      const [pair = ''] = line.split(';');
      const at = pair.indexOf('=');
      const name = pair.slice(0, at);
      if (/max-age=0/i.test(line)) this.cookies.delete(name);
      else this.cookies.set(name, pair.slice(at + 1));
    }
  }
}

/** The token in the fragment of a link that is shown once. */
export function tokenOf(url: string): string {
  return new URL(url).hash.replace(/^#\w+=/, '');
}
