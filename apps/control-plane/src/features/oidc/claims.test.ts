import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { expect, test } from 'vitest';
import { strangerOf } from './claims.ts';
import { flowSecrets, ownPage } from './flow.ts';

const settingsOf = (oidc: Record<string, unknown>) =>
  controlPlaneConfigSchema.parse({
    home: '/h',
    database: { url: 'postgres://x' },
    auth: { adminTokenFile: 'a', gatewayTokenFile: 'b' },
    oidc,
  }).oidc;

const mapping = { roleMapping: ['cn=admins,dc=example=admin', 'ml=operator', 'all=viewer'] };
const ada = { email: 'Ada@Example.com', email_verified: true, name: 'Ada' };

test.each([
  ['the highest role counts', mapping, { groups: ['all', 'ml'] }, 'operator'],
  ['a value may hold signs of its own', mapping, { groups: ['cn=admins,dc=example', 'all'] }, 'admin'],
  ['one value comes as a text', mapping, { groups: 'ml' }, 'operator'],
  [
    'a path leads into objects',
    { ...mapping, roleClaim: 'realm_access.roles' },
    { realm_access: { roles: ['all'] } },
    'viewer',
  ],
  ['a name with dots comes first', { ...mapping, roleClaim: 'a.b' }, { 'a.b': ['ml'], a: { b: ['all'] } }, 'operator'],
  ['who has none gets the default', { ...mapping, defaultRole: 'viewer' }, { groups: ['sales'] }, 'viewer'],
  ['without a mapping roles are given here', {}, { groups: ['ml'] }, null],
])('%s', (_what, settings, claims, role) => {
  expect(strangerOf('https://i', 's', { ...ada, ...claims }, settingsOf(settings))).toEqual({
    issuer: 'https://i',
    subject: 's',
    email: 'ada@example.com',
    emailVerified: true,
    name: 'Ada',
    role,
  });
});

test.each([
  ['no group', mapping, ada, 'no-role'],
  ['groups that are no texts', mapping, { ...ada, groups: [{ ml: true }, 7, null] }, 'no-role'],
  ['an inherited name', { ...mapping, roleClaim: 'constructor.name' }, ada, 'no-role'],
  ['no address', {}, { name: 'Ada' }, 'no-email'],
  ['something that is no address', {}, { email: 'ada' }, 'no-email'],
  [
    'an object with a length that is no number',
    {},
    { email: { length: { toString: '' } }, name: { length: [] } },
    'no-email',
  ],
  ['a domain that only ends alike', { allowedEmailDomains: ['ple.com'] }, ada, 'email-not-allowed'],
  [
    'an address that is not verified',
    { allowedEmailDomains: ['example.com'] },
    { ...ada, email_verified: 'true' },
    'email-not-allowed',
  ],
])('%s is refused', (_what, settings, claims, problem) => {
  expect(() => strangerOf('https://i', 's', claims, settingsOf(settings))).toThrow(
    expect.objectContaining({ problem }),
  );
});

test('the secrets of a sign-in differ from one another and from those of any other', () => {
  const [first, second] = [flowSecrets('a'), flowSecrets('b')];
  expect(new Set([...Object.values(first), ...Object.values(second)]).size).toBe(8);
  expect(flowSecrets('a')).toEqual(first);
});

test.each([
  [undefined, '/'],
  ['/models?filter=a%20b', '/models?filter=a%20b'],
  ['/a/../b', '/b'],
  ['//evil.example', '/'],
  ['/\\evil.example', '/'],
  ['https://evil.example', '/'],
  ['/a\nb', '/'],
  ['models', '/'],
  [`/${'x'.repeat(2_000)}`, '/'],
])('of %j the page afterwards is %j', (next, page) => {
  expect(ownPage(next)).toBe(page);
});
