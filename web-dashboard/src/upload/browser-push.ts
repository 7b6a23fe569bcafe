import { listVersions } from '@cluster-ai/contract/api/models.ts';
import { commitUpload, createUpload, getUpload } from '@cluster-ai/contract/api/uploads.ts';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { useSyncExternalStore } from 'react';
import { appendBytes } from '../api/append-bytes.ts';
import { call } from '../api/client.ts';
import { currentLanguage } from '../i18n/language.ts';
import { pushText } from '../i18n/push-text.ts';
import { makeText } from '../i18n/use-text.ts';
import { toast } from '../ui/toast-store.ts';
import { hashFile } from './hash-file.ts';
import { createPush } from './push.ts';
import { isUnderWay, type PushState } from './push-state.ts';
import { forgetUpload, rememberUpload } from './remembered-upload.ts';

/** The push of this page. It lives outside of the dialog that shows it, so that other pages can be looked at meanwhile. */
export const push = createPush({
  hash: hashFile,
  create: (body, signal) => call(createUpload, { body, signal }),
  read: (id, signal) => call(getUpload, { params: { id }, signal }),
  append: appendBytes,
  commit: async (id) => {
    const { version, deployed } = await call(commitUpload, { params: { id } });
    return { version: version.version, deployed };
  },
  findVersion: async (model, manifest) => {
    const digest = bytesToHex(sha256(utf8ToBytes(manifest)));
    const query = { filter: `digest=${digest}`, limit: 1 };
    const [found] = (await call(listVersions, { params: { name: model }, query })).items;
    // Whether it took the traffic was in the answer that was lost; the version's page shows it.
    return found === undefined ? null : { version: found.version, deployed: false };
  },
  remember: (upload) => rememberUpload(upload),
  forget: () => forgetUpload(),
  nowMs: () => Date.now(),
});

// A network that is back is tried at once.
globalThis.addEventListener('online', () => push.tryNow());

// The browser asks before it leaves: what has been sent stays, but the files would have to be chosen again.
globalThis.addEventListener('beforeunload', (event) => {
  if (isUnderWay(push.state())) event.preventDefault();
});

// Said wherever the reader is: the dialog may be closed.
push.subscribe(() => {
  const state = push.state();
  const t = makeText(pushText, currentLanguage());
  if (state.step === 'done') toast(t('announced', { model: state.model, version: String(state.version) }));
  if (state.step === 'failed') toast(t('announcedFailed', { model: state.model }), 'bad');
});

export function usePushState(): PushState {
  return useSyncExternalStore(push.subscribe, push.state);
}
