import { ClusterError } from '@cluster-ai/core/errors.ts';

/** One place that models may be fetched from. */
export interface AllowedSource {
  readonly hostname: string;
  /** As `URL` has it: empty for 443. */
  readonly port: string;
  /** Ends with a slash; `/` allows the whole host. */
  readonly pathPrefix: string;
  /** The entry names a port, and so a machine that somebody chose on purpose: it may have a private address. */
  readonly mayBePrivate: boolean;
}

/** Reads entries of the form `host`, `host:port`, `host/path` or `host:port/path`. @throws ClusterError CONFIG_INVALID. */
export function parseAllowList(entries: readonly string[]): AllowedSource[] {
  return entries.map((entry) => {
    const match = /^(\[[0-9a-f:.]+\]|[^/:@\s?#]+)(:\d{1,5})?(\/[^\s?#]*)?$/i.exec(entry);
    // Not `URL.canParse`: it says yes to some texts of which the constructor makes none.
    const url = match === null ? null : URL.parse(`https://${entry}`);
    if (match === null || url === null) {
      throw new ClusterError(
        'CONFIG_INVALID',
        `sources.httpsAllow: ${JSON.stringify(entry)} is not a host, host:port or host/path`,
      );
    }
    return {
      hostname: url.hostname,
      port: url.port,
      pathPrefix: url.pathname.endsWith('/') ? url.pathname : `${url.pathname}/`,
      mayBePrivate: match[2] !== undefined,
    };
  });
}

/**
 * The entry that allows an address.
 * @throws ClusterError SOURCE_NOT_ALLOWED for anything but https, for a name and password in the address, and for a place
 * that is not on the list.
 */
export function allowedSource(url: URL, list: readonly AllowedSource[]): AllowedSource {
  if (url.protocol !== 'https:') {
    throw new ClusterError('SOURCE_NOT_ALLOWED', `${url.protocol}// is not fetched from; only https:// is`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ClusterError('SOURCE_NOT_ALLOWED', 'an address with a name or password in it is not fetched from');
  }
  const found = list.find(
    (entry) =>
      entry.hostname === url.hostname && entry.port === url.port && `${url.pathname}/`.startsWith(entry.pathPrefix),
  );
  if (found !== undefined) return found;
  throw new ClusterError('SOURCE_NOT_ALLOWED', `${url.host}${url.pathname} is not on the list of model sources`, {
    fix: `the operator can add ${JSON.stringify(url.host)} to sources.httpsAllow`,
  });
}
