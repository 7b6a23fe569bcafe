import { expect, test } from 'vitest';
import { at, listAt, nameOf, renderScenario, scenarios } from './render.ts';

/** Every right of every ServiceAccount, in all scenarios: there is one, and only where a Job makes the Secrets. */
const minimal: readonly string[] = ['job-secrets: cluster-ai-secrets may create secrets'];

const rbac = /^(?:Cluster)?Role(?:Binding)?$/;

test('the rights of ServiceAccounts are the committed list', () => {
  const rights = scenarios.flatMap((scenario) => {
    const objects = renderScenario(scenario).filter(({ kind }) => rbac.test(kind));
    expect(objects.filter(({ kind }) => kind.startsWith('Cluster')).map(nameOf)).toEqual([]);
    return objects
      .filter(({ kind }) => kind === 'RoleBinding')
      .flatMap((binding) => {
        const role = objects.find(({ metadata }) => metadata.name === at(binding, 'roleRef', 'name'));
        return listAt(binding, 'subjects').flatMap((subject) =>
          listAt(role, 'rules').flatMap((rule) =>
            listAt(rule, 'verbs').flatMap((verb) =>
              listAt(rule, 'resources').map(
                (resource) => `${scenario}: ${String(at(subject, 'name'))} may ${String(verb)} ${String(resource)}`,
              ),
            ),
          ),
        );
      });
  });
  expect(rights).toEqual(minimal);
});
