import { ClusterError } from '@cluster-ai/core/errors.ts';

/** An image that can be only one: the repository and the digest of its manifest. */
export interface PinnedImage {
  /** With the registry, without a tag. */
  readonly repository: string;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

const pinned =
  /^(?<repository>[a-z0-9.:-]+(?:\/[a-z0-9._-]+)*)(?::[A-Za-z0-9_][A-Za-z0-9._-]{0,127})?@(?<digest>sha256:[0-9a-f]{64})$/;

/**
 * Reads `<repository>@sha256:<digest>`. A tag beside the digest is dropped: it says nothing that holds.
 * @throws ClusterError INVALID_ARGUMENT for a reference that may mean another image tomorrow
 */
export function readPinnedImage(reference: string): PinnedImage {
  const groups = pinned.exec(reference)?.groups;
  const { repository, digest } = groups ?? {};
  if (repository === undefined || digest === undefined) {
    throw new ClusterError('INVALID_ARGUMENT', `'${reference}' names no digest: what it means may change.`, {
      fix: 'Write <repository>@sha256:<64 digits>, as make release-build records it.',
    });
  }
  return { repository, digest };
}

export function formatPinnedImage({ repository, digest }: PinnedImage): string {
  return `${repository}@${digest}`;
}
