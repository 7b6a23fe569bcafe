import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { request as httpsRequest, type Agent } from 'node:https';

export interface ExactAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface ExactRequest {
  readonly method?: string;
  /** Where to connect; `Host` is a header like others. */
  readonly address: string;
  readonly port: number;
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Speaks TLS, and trusts this certificate. */
  readonly ca?: string;
  /** Whom the certificate must be for; by default `localhost`. */
  readonly servername?: string;
  readonly agent?: Agent;
}

/** Sends exactly these headers to this address: `fetch` would choose `Host` and `Origin` itself. */
export function sendExactly(options: ExactRequest): Promise<ExactAnswer> {
  const { method = 'GET', address: host, port, path, headers, ca, servername = 'localhost', agent } = options;
  const common = { host, port, method, path, headers: { ...headers } };
  return new Promise((resolve, reject) => {
    const call =
      ca === undefined
        ? httpRequest({ ...common, agent: false })
        : httpsRequest({ ...common, ca, servername, agent: agent ?? false });
    call.on('response', (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => (body += chunk));
      response.on('end', () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
      response.on('error', reject);
    });
    call.on('error', reject);
    call.end(options.body);
  });
}
