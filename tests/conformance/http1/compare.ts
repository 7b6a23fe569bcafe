import type { Observed } from './observed.ts';

/** How what our server made of bytes stands to what node:http made of them. */
export type Comparison = 'same' | 'stricter' | 'laxer';

/**
 * Ours is as strict when every request that it saw is one that node:http saw, in the same place, and where it saw fewer, or
 * node:http refused something, it refused something too.
 */
export function compare(own: Observed, node: Observed): Comparison {
  if (own.broken !== null || !own.ended) return 'laxer';
  if (own.requests.some((request, index) => request !== node.requests[index])) return 'laxer';
  const ownRefuses = refuses(own);
  if (!ownRefuses && (refuses(node) || own.requests.length < node.requests.length)) return 'laxer';
  if (own.requests.length < node.requests.length || (ownRefuses && !refuses(node))) return 'stricter';
  return 'same';
}

function refuses({ answers }: Observed): boolean {
  return answers.some((status) => status >= 400);
}
