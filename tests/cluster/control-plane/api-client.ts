import { Agent, request } from 'node:https';

/** An object of Kubernetes; its fields are read where they are asserted. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMetadata;
  readonly [field: string]: unknown;
}

export interface ObjectMetadata {
  readonly name: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly [field: string]: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  /** Parsed JSON, or the text when it is none. */
  readonly body: unknown;
}

export interface ApiRequest {
  readonly body?: unknown;
  readonly contentType?: string;
  /** Acts as this user: `system:serviceaccount:<namespace>:<name>`. */
  readonly as?: { readonly user: string; readonly groups: readonly string[] };
}

export interface ApiClient {
  send(method: string, path: string, options?: ApiRequest): Promise<ApiAnswer>;
  /** The answer to a GET. @throws Error when it is not 200. */
  get(path: string): Promise<KubeObject>;
  /** The objects of a list, with `kind` and `apiVersion`, which lists leave out. */
  list(path: string): Promise<KubeObject[]>;
  close(): void;
}

const TIMEOUT_MS = 60_000;

/** Calls the API server with a token, over connections that are kept. */
export function apiClient(port: number, token: string, authority: string): ApiClient {
  const agent = new Agent({ ca: authority, keepAlive: true, maxSockets: 8 });
  const send = (method: string, path: string, options: ApiRequest = {}): Promise<ApiAnswer> =>
    new Promise((resolve, reject) => {
      const body = options.body === undefined ? undefined : JSON.stringify(options.body);
      const call = request(
        {
          agent,
          host: '127.0.0.1',
          port,
          method,
          path,
          timeout: TIMEOUT_MS,
          headers: {
            authorization: `Bearer ${token}`,
            accept: 'application/json',
            ...(body === undefined ? {} : { 'content-type': options.contentType ?? 'application/json' }),
            ...(options.as === undefined
              ? {}
              : { 'impersonate-user': options.as.user, 'impersonate-group': [...options.as.groups] }),
          },
        },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part));
          answer.on('error', reject);
          answer.on('end', () =>
            resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(parts).toString('utf8')) }),
          );
        },
      );
      call.on('error', reject);
      call.on('timeout', () => call.destroy(new Error(`${method} ${path}: no answer in ${TIMEOUT_MS / 1000} s`)));
      call.end(body);
    });
  const get = async (path: string): Promise<KubeObject> => {
    const { status, body } = await send('GET', path);
    if (status !== 200) throw new Error(`GET ${path}: ${status} ${JSON.stringify(body)}`);
    // The API server's own answer to 200 is an object.
    return body as KubeObject;
  };
  return {
    send,
    get,
    list: async (path) => {
      const list = await get(path);
      // A list of Kubernetes has `items`, whose kind is the list's without `List`.
      const items = list['items'] as KubeObject[];
      const of = { apiVersion: list.apiVersion, kind: list.kind.replace(/List$/, '') };
      return items.map((item) => Object.assign(item, of));
    },
    close: () => agent.destroy(),
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
