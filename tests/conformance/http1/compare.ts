import type { Observed } from './observed.ts';

/** How what our server made of bytes stands to what node:http made of them. */
export type Comparison = 'same' | 'stricter' | 'later' | 'laxer';

/**
 * Ours is as strict when every request that it saw is one that node:http saw, in the same place, and where it saw fewer, or
 * node:http refused something, it refused something too. Where it is still within a header at the end, it may have waited
 * for the rest of it: some of what is wrong there it looks for at its end only.
 */
export function compare(own: Observed, node: Observed): Comparison {
  if (own.broken !== null || !own.ended) return 'laxer';
  if (own.requests.some((request, index) => request !== node.requests[index])) return 'laxer';
  const ownRefuses = refuses(own);
  const sawFewer = own.requests.length < node.requests.length;
  if (!ownRefuses && sawFewer) return 'laxer';
  if (!ownRefuses && refuses(node)) return own.unfinished === 0 ? 'later' : 'laxer';
  if (sawFewer || (ownRefuses && !refuses(node))) return 'stricter';
  return 'same';
}

function refuses({ answers }: Observed): boolean {
  return answers.some((status) => status >= 400);
}
