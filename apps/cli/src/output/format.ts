/** Form of what a command prints. */
export type OutputFormat = 'table' | 'json' | 'yaml';

export const outputFormats: readonly OutputFormat[] = ['table', 'json', 'yaml'];
