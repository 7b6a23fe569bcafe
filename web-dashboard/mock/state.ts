import type { Scenario } from './fleet.ts';

/** Who the mock takes the browser for. `nobody` is not signed in; with `setup` nobody can be. */
export const callers = ['admin', 'operator', 'viewer', 'loopback', 'nobody', 'setup'] as const;

export type Caller = (typeof callers)[number];

/** What the mock pretends, chosen with `PUT /mock/scenario/<name>` and `PUT /mock/who/<name>`. */
export interface MockState {
  scenario: Scenario;
  who: Caller;
}
