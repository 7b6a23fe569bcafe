import type { ControlPlaneConfig } from '@cluster-ai/contract/config/control-plane.ts';
import { emailSchema, personNameSchema } from '@cluster-ai/contract/api/session.ts';
import { roleIncludes, roles } from '@cluster-ai/core/access/roles.ts';
import type { Role } from '@cluster-ai/core/access/roles.ts';
import { OidcRefusal } from './refusal.ts';

export type OidcSettings = ControlPlaneConfig['oidc'];

/** Claims of a person, as the provider has signed or told them. */
export type Claims = Readonly<Record<string, unknown>>;

/** Somebody as the identity provider knows them. */
export interface Stranger {
  readonly issuer: string;
  readonly subject: string;
  /** In lower case. */
  readonly email: string;
  readonly emailVerified: boolean;
  readonly name: string;
  /** Null when roles are given here and not there. */
  readonly role: Role | null;
}

/**
 * Who somebody is and what they may do.
 * @throws OidcRefusal `no-email`, `email-not-allowed`, `no-role`.
 */
export function strangerOf(issuer: string, subject: string, claims: Claims, settings: OidcSettings): Stranger {
  const email = emailSchema.safeParse(textOf(claims['email']));
  if (!email.success) {
    throw new OidcRefusal('no-email', 'the provider told no e-mail address', { subject: `${issuer} ${subject}` });
  }
  const emailVerified = claims['email_verified'] === true;
  const who = { subject: email.data };
  assertAllowedEmail(email.data, emailVerified, settings.allowedEmailDomains);
  const role = roleOf(claims, settings);
  if (role === null && settings.roleMapping.length > 0) {
    throw new OidcRefusal('no-role', `no value of the claim ${settings.roleClaim} has a role here`, who);
  }
  const name = personNameSchema.safeParse(textOf(claims['name'] ?? claims['preferred_username']));
  return {
    issuer,
    subject,
    email: email.data,
    emailVerified,
    name: name.success ? name.data : email.data,
    role,
  };
}

/** The highest role that the mapping gives, else the default one; null when roles are given here. */
function roleOf(claims: Claims, { roleClaim, roleMapping, defaultRole }: OidcSettings): Role | null {
  const values = new Set(textsOf(claimAt(claims, roleClaim)));
  const given = roleMapping.flatMap((entry) => {
    const at = entry.lastIndexOf('=');
    const role = roles.find((candidate) => candidate === entry.slice(at + 1));
    return role !== undefined && values.has(entry.slice(0, at)) ? [role] : [];
  });
  const mapped = given.reduce<Role | null>(
    (highest, role) => (highest === null || roleIncludes(role, highest) ? role : highest),
    null,
  );
  if (roleMapping.length === 0) return null;
  return mapped ?? defaultRole ?? null;
}

/** A claim by its name, or through objects by a path with dots. */
function claimAt(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name];
  return name.split('.').reduce<unknown>((value, part) => {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    return Reflect.get(value, part);
  }, claims);
}

/** zod measures whatever has a `length` before it looks whether it is a text, and throws over some that are none. */
function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Providers send one value as a text, several as a list. */
function textsOf(value: unknown): string[] {
  return [value].flat().filter((item) => typeof item === 'string');
}

function assertAllowedEmail(email: string, verified: boolean, domains: readonly string[]): void {
  if (domains.length === 0) return;
  const domain = email.slice(email.lastIndexOf('@') + 1);
  if (verified && domains.some((allowed) => allowed.toLowerCase() === domain)) return;
  const why = verified
    ? `${domain} is not one of oidc.allowedEmailDomains`
    : 'the provider has not verified the address';
  throw new OidcRefusal('email-not-allowed', why, { subject: email });
}
