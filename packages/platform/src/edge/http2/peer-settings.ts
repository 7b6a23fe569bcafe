import { Http2ConnectionError } from './http2-error.ts';
import { defaultFrameBytesMax, settingIds, windowBytesMax } from './protocol.ts';

/** What a SETTINGS frame of the client changes for us; the rest concerns a client's own streams. */
export interface PeerSettings {
  initialWindowBytes: number | null;
  frameBytesMax: number | null;
  /** It has said something about the table of headers. */
  changesTable: boolean;
}

const settingBytes = 6;
const frameBytesLimit = 2 ** 24 - 1;

/**
 * Reads the payload of SETTINGS (RFC 9113, section 6.5). Unknown ones mean nothing.
 * @throws Http2ConnectionError for values that may not be.
 */
export function readSettings(bytes: Buffer): PeerSettings {
  if (bytes.length % settingBytes !== 0) {
    throw new Http2ConnectionError('FRAME_SIZE_ERROR', 'a SETTINGS frame has a broken length');
  }
  const settings: PeerSettings = { initialWindowBytes: null, frameBytesMax: null, changesTable: false };
  for (let at = 0; at < bytes.length; at += settingBytes) {
    const value = bytes.readUInt32BE(at + 2);
    switch (bytes.readUInt16BE(at)) {
      case settingIds.headerTableSize:
        settings.changesTable = true;
        break;
      case settingIds.enablePush:
        if (value > 1) throw new Http2ConnectionError('PROTOCOL_ERROR', 'SETTINGS_ENABLE_PUSH is neither 0 nor 1');
        break;
      case settingIds.initialWindowSize:
        if (value > windowBytesMax) {
          throw new Http2ConnectionError('FLOW_CONTROL_ERROR', 'SETTINGS_INITIAL_WINDOW_SIZE is above 2^31-1');
        }
        settings.initialWindowBytes = value;
        break;
      case settingIds.maxFrameSize:
        if (value < defaultFrameBytesMax || value > frameBytesLimit) {
          throw new Http2ConnectionError('PROTOCOL_ERROR', 'SETTINGS_MAX_FRAME_SIZE is not between 2^14 and 2^24-1');
        }
        settings.frameBytesMax = value;
        break;
      default:
        break;
    }
  }
  return settings;
}
