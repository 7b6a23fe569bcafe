import type { Access } from './endpoint.ts';

/** A route of the front door that is no endpoint of the contract. */
export interface OtherRoute {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** `predict`: whoever may read, and keys that may infer. `open`: nobody is asked who they are. */
  readonly access: Access | 'predict' | 'open';
  readonly summary: string;
}

/** All there are: a test holds the server to this list and to the endpoints. */
export const otherRoutes: readonly OtherRoute[] = [
  { method: 'GET', path: '/livez', access: 'open', summary: 'Whether the process lives' },
  { method: 'GET', path: '/readyz', access: 'open', summary: 'Whether it can serve' },
  { method: 'GET', path: '/metrics', access: 'read', summary: 'Figures for Prometheus' },
  { method: 'GET', path: '/predict/*', access: 'predict', summary: 'What the gateway shows of models' },
  { method: 'POST', path: '/predict/*', access: 'predict', summary: 'Predict' },
  { method: 'GET', path: '/*', access: 'open', summary: 'The files of the dashboard' },
];

/**
 * Endpoints that anybody may call, and why that is safe. Each other one refuses without a credential; a public endpoint
 * that is not named here fails a test.
 */
export const publicEndpoints: Readonly<Record<string, string>> = {
  getSession: 'tells strangers only whether there is an administrator, and how one signs in',
  signIn: 'wrong passwords are counted, and lock out',
  signOut: 'ends the session of its own cookie',
  completeSetup: 'needs the one-time code; wrong ones are counted by address',
  showInvitation: 'needs the one-time link; wrong ones are counted by address',
  acceptInvitation: 'needs the one-time link; wrong ones are counted by address',
  getOpenApi: 'describes the program, and nothing of this installation',
  startOidc: 'leads to the identity provider',
  finishOidc: 'takes what the identity provider has signed, once, from the browser that began',
};
