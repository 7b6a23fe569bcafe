export const model = {
  versions: 'Versions',
  version: 'Version',
  size: 'Size',
  created: 'Created',
  createdBy: 'By',
  digest: 'SHA-256',
  compare: 'Compare versions',
  notFound: 'There is no such version of {name}',
  choose: 'Choose versions on the page of the model.',
} as const;
