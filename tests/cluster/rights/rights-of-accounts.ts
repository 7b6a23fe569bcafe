import type { Cluster } from '../control-plane/start-cluster.ts';
import { fields, listOf } from '../release/references.ts';

/** What one ServiceAccount may do in a namespace beyond what everybody who has signed in may: lines of `verb resource`. */
export async function rightsOf(
  cluster: Cluster,
  namespace: string,
  account: string,
  within: string,
): Promise<string[]> {
  const everybody = await rulesFor(cluster, within, { user: 'nobody-in-particular', groups: accountGroups(namespace) });
  const own = await rulesFor(cluster, within, {
    user: `system:serviceaccount:${namespace}:${account}`,
    groups: accountGroups(namespace),
  });
  return own.filter((rule) => !everybody.includes(rule)).toSorted();
}

const accountGroups = (namespace: string): string[] => [
  'system:serviceaccounts',
  `system:serviceaccounts:${namespace}`,
  'system:authenticated',
];

interface Caller {
  readonly user: string;
  readonly groups: readonly string[];
}

async function rulesFor(cluster: Cluster, namespace: string, as: Caller): Promise<string[]> {
  const { status, body } = await cluster.api.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews', {
    as,
    body: { apiVersion: 'authorization.k8s.io/v1', kind: 'SelfSubjectRulesReview', spec: { namespace } },
  });
  if (status !== 201) throw new Error(`a review of rules: ${status} ${JSON.stringify(body)}`);
  const answer = fields(fields(body)['status']);
  if (answer['incomplete'] === true) {
    throw new Error(`the rules of ${as.user} are not known whole: ${JSON.stringify(answer)}`);
  }
  return [
    ...listOf(answer['resourceRules']).flatMap((rule) =>
      words(rule['apiGroups']).flatMap((group) =>
        words(rule['resources']).flatMap((resource) =>
          words(rule['verbs']).map(
            (verb) => `${verb} ${group === '' ? '' : `${group}/`}${resource}${named(words(rule['resourceNames']))}`,
          ),
        ),
      ),
    ),
    ...listOf(answer['nonResourceRules']).flatMap((rule) =>
      words(rule['nonResourceURLs']).flatMap((url) => words(rule['verbs']).map((verb) => `${verb} ${url}`)),
    ),
  ];
}

const words = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : []);
const named = (names: readonly string[]): string => (names.length === 0 ? '' : ` ${names.join()}`);

/** The answer of the API server itself to one question. */
export async function may(
  cluster: Cluster,
  as: Caller,
  attributes: Readonly<Record<string, string>>,
): Promise<boolean> {
  const { status, body } = await cluster.api.send('POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', {
    body: {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user: as.user, groups: as.groups, resourceAttributes: attributes },
    },
  });
  if (status !== 201) throw new Error(`a review of access: ${status} ${JSON.stringify(body)}`);
  return fields(fields(body)['status'])['allowed'] === true;
}
