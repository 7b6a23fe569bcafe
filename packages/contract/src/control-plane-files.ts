/** Files in the folder of a control plane (`home`) that backups read and restores write. */
export const controlPlaneFiles = { signingKey: 'predict-token-key.pem', instanceId: 'control-plane-id' } as const;

/** What the folder of the model files holds, which control planes may share. */
export const storageNames = {
  files: 'files',
  /** What is being received, each process in a folder of its own; what nobody touches any more is removed. */
  incoming: 'incoming',
  /** The epoch of the installation that the folder belongs to. */
  owner: 'installation-id',
} as const;

/** Where a model file is in the folder of model files, by its digest. @param sha256 64 hex digits. */
export function storedFilePath(sha256: string): string {
  return `${storageNames.files}/${sha256.slice(0, 2)}/${sha256}`;
}
