import { Agent, buildConnector, fetch as undiciFetch } from 'undici';
import type { CaFiles } from './ca-files.ts';

/** A `fetch` of its own that checks servers against CA files, in place of the CAs of the system. */
export function trustingFetch(caFiles: CaFiles): typeof undiciFetch {
  const connect: buildConnector.connector = (options, callback) =>
    buildConnector({ ...caFiles.options() })(options, callback);
  const dispatcher = new Agent({ connect });
  return (input, init) => undiciFetch(input, { ...init, dispatcher });
}
