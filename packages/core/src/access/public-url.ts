import { ClusterError } from '../errors.ts';

/**
 * Reads `http.publicUrl`: the address under which others reach a listener. Nothing stands behind host and port, because
 * pages and protocols begin at the root.
 * @throws ClusterError CONFIG_INVALID.
 */
export function readPublicUrl(text: string): URL {
  const url = URL.parse(text);
  const isWeb = url !== null && (url.protocol === 'https:' || url.protocol === 'http:');
  if (isWeb && url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '') return url;
  throw new ClusterError('CONFIG_INVALID', `http.publicUrl: ${JSON.stringify(text)} is not the address of a listener`, {
    fix: 'write scheme and host, with a port where it is not the usual one: https://cluster-ai.example.com',
  });
}
