export const route = {
  policy: 'Policy',
  latest: 'newest version of {model}',
  split: 'split by weight',
  variant: 'Version',
  share: 'Share',
  variants: 'Variants',
} as const;
