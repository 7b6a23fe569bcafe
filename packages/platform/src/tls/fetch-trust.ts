import { Agent, buildConnector, setGlobalDispatcher } from 'undici';
import type { CaFiles } from './ca-files.ts';

/**
 * Makes the `fetch` of this process check servers against CA files where there are some for them. Node's own `fetch` has
 * no option for that but its dispatcher, and undici of the same version brings one.
 * @param caFilesOf the files for an origin, `https://10.0.0.5:3000`; null for the CAs of the system.
 */
export function trustForFetch(caFilesOf: (origin: string) => CaFiles | null): void {
  const usual = buildConnector({});
  const connect: buildConnector.connector = (options, callback) => {
    const caFiles = options.protocol === 'https:' ? caFilesOf(`https://${options.host ?? options.hostname}`) : null;
    const connector = caFiles === null ? usual : buildConnector({ ...caFiles.options() });
    return connector(options, callback);
  };
  setGlobalDispatcher(new Agent({ connect }));
}
