import { z } from 'zod';
import type { ReleasedImage } from './release.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const BUILD_TYPE = 'https://cluster-ai.dev/build/release-build/v1';

/** Format: SLSA 1.0, "Provenance" predicate. */
export function provenanceOf(image: ReleasedImage, environment: Environment): object {
  const {
    GITHUB_SERVER_URL: server,
    GITHUB_REPOSITORY: repository,
    GITHUB_RUN_ID: run,
    GITHUB_WORKFLOW_REF: workflow,
  } = environment;
  const isWorkflow = [server, repository, run, workflow].every((value) => value !== undefined);
  const source = isWorkflow ? `git+${server}/${repository}` : 'git+local';
  return {
    buildDefinition: {
      buildType: BUILD_TYPE,
      externalParameters: { image: image.name, version: image.version },
      internalParameters: {},
      resolvedDependencies: [{ uri: `${source}@${image.revision}`, digest: { gitCommit: image.revision } }],
    },
    runDetails: {
      builder: { id: isWorkflow ? `${server}/${workflow}` : `${BUILD_TYPE}#by-hand` },
      metadata: {
        invocationId: isWorkflow ? `${server}/${repository}/actions/runs/${run}` : `${image.revision}/${image.name}`,
        finishedOn: image.builtAt,
      },
    },
  };
}

const envelope = z.object({ payload: z.base64() });
const statement = z.object({
  subject: z.array(z.object({ digest: z.object({ sha256: z.string() }) })).min(1),
  predicate: z.object({
    buildDefinition: z.object({
      buildType: z.string(),
      resolvedDependencies: z.array(z.object({ digest: z.object({ gitCommit: z.string() }).partial() })),
    }),
  }),
});

/**
 * Whether one of the statements, whose signatures cosign has checked, says that the image was built from the revision of
 * the release. Format: in-toto attestation, a DSSE envelope a line.
 */
export function statesRevision(verified: string, image: ReleasedImage): boolean {
  const wanted = image.reference.split('@sha256:')[1];
  return verified
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .some((line) => {
      const { payload } = envelope.parse(JSON.parse(line));
      const { subject, predicate } = statement.parse(JSON.parse(Buffer.from(payload, 'base64').toString('utf8')));
      return (
        subject.some(({ digest }) => digest.sha256 === wanted) &&
        predicate.buildDefinition.resolvedDependencies.some(({ digest }) => digest.gitCommit === image.revision)
      );
    });
}
