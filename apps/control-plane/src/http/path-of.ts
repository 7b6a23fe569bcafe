/**
 * The path of a request target, without its query: what may stand in logs and errors. A query can hold anything, a token
 * of somebody who put it in the wrong place among it.
 */
export function pathOf(target: string): string {
  return target.split('?', 1)[0] ?? '';
}
