import { ClusterError } from '@cluster-ai/core/errors.ts';
import { lastLines, runProgram, type ProgramResult } from '../run-program.ts';
import { scannerProgram } from '../scanner-programs.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

const REQUEST_TIMEOUT_MS = 180_000;

const set = (environment: Environment, name: string): string | undefined => {
  const value = environment[name];
  return value === undefined || value === '' ? undefined : value;
};

/**
 * How signatures are made: with a key (a file, or an address of a key service as cosign writes it), offline and in no
 * public log; or, in a workflow that may ask for a token, by the identity of the workflow.
 *
 * @throws ClusterError PREREQUISITE_MISSING when there is neither
 */
export function signingFlags(environment: Environment): string[] {
  const key = set(environment, 'COSIGN_KEY_FILE');
  if (key !== undefined) {
    if (environment['COSIGN_PASSWORD'] === undefined) {
      throw new ClusterError('PREREQUISITE_MISSING', 'COSIGN_PASSWORD is not set: the key is kept under a password', {
        fix: 'Set it from where your secrets are; it may be empty for a key without one.',
      });
    }
    return ['--yes', '--key', key, '--tlog-upload=false', '--use-signing-config=false'];
  }
  if (set(environment, 'ACTIONS_ID_TOKEN_REQUEST_URL') !== undefined) return ['--yes'];
  throw new ClusterError('PREREQUISITE_MISSING', 'there is nothing to sign with', {
    fix: 'Set COSIGN_KEY_FILE and COSIGN_PASSWORD (make signing-key makes a pair), or run in a workflow with id-token: write.',
  });
}

/**
 * Whose signatures count.
 *
 * @throws ClusterError PREREQUISITE_MISSING when nobody was named: anybody's signature would do
 */
export function verifyingFlags(environment: Environment): string[] {
  const key = set(environment, 'COSIGN_PUBLIC_KEY_FILE');
  if (key !== undefined) return ['--key', key, '--insecure-ignore-tlog=true'];
  const [identity, issuer] = ['COSIGN_CERTIFICATE_IDENTITY', 'COSIGN_CERTIFICATE_OIDC_ISSUER'].map((name) =>
    set(environment, name),
  );
  if (identity !== undefined && issuer !== undefined) {
    return ['--certificate-identity', identity, '--certificate-oidc-issuer', issuer];
  }
  throw new ClusterError('PREREQUISITE_MISSING', 'nobody was named whose signature counts', {
    fix: 'Set COSIGN_PUBLIC_KEY_FILE, or COSIGN_CERTIFICATE_IDENTITY and COSIGN_CERTIFICATE_OIDC_ISSUER.',
  });
}

/** Runs cosign to its end, whatever that is. */
export const cosign = async (args: readonly string[], cwd?: string): Promise<ProgramResult> =>
  runProgram(await scannerProgram('cosign'), args, {
    timeoutMs: REQUEST_TIMEOUT_MS,
    ...(cwd === undefined ? {} : { cwd }),
  });

/** As {@link cosign}. @throws ClusterError PREREQUISITE_MISSING with what cosign said */
export async function mustCosign(what: string, args: readonly string[], cwd?: string): Promise<string> {
  const { code, stdout, stderr } = await cosign(args, cwd);
  if (code === 0) return stdout;
  throw new ClusterError('PREREQUISITE_MISSING', `${what}: ${lastLines(stderr, 2)}`);
}
