import { controlPlaneConfigSchema } from '@cluster-ai/contract/config/control-plane.ts';
import { strangerOf } from '@cluster-ai/control-plane/features/oidc/claims.ts';
import { OidcRefusal } from '@cluster-ai/control-plane/features/oidc/refusal.ts';
import { noteProgress } from '../engine/progress.ts';
import type { FuzzTarget } from '../engine/target.ts';
import { jsonOf } from '../inputs/json.ts';

const settings = controlPlaneConfigSchema.shape.oidc.parse({
  issuer: 'https://id.example.com',
  roleClaim: 'realm.roles',
  roleMapping: ['ops=operator', 'root=admin', 'a=b=viewer'],
  allowedEmailDomains: ['example.com'],
});

/** What an identity provider says of somebody. */
export const target: FuzzTarget = {
  about: 'claims of identity providers, from people who fill in their own profile: a person, or a refusal',
  form: 'json',
  seeds: () => [
    '{"email":"Ana@example.com","email_verified":true,"name":"Ana","realm":{"roles":["ops","x"]},"realm.roles":"root"}',
    '{"email":"a@b","preferred_username":"x","realm":[]}',
  ],
  run: (input) => {
    const claims = claimsOf(input);
    try {
      strangerOf('https://id.example.com', 'subject', claims, settings);
    } catch (error) {
      if (!(error instanceof OidcRefusal)) throw error;
      noteProgress(error.problem);
    }
  },
};

function claimsOf(input: Uint8Array): Readonly<Record<string, unknown>> {
  const value = jsonOf(input);
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
