import { notHttp, type Verdict } from '../broken-request.ts';
import { HeadReader, type LineVerdict } from './head-reader.ts';
import { judgeHeaders } from './head-rules.ts';
import { RequestHead } from './request-head.ts';

/** Longer heads are not compared with those that follow. */
const rememberedBytesMax = 2_048;

/**
 * Reads a head that is there with its empty line.
 * @param text its octets as latin1.
 * @returns the head, or why it is refused.
 */
export function readHead(text: string, headerBytesMax: number): RequestHead | Verdict {
  const reader = new HeadReader(text);
  if (reader.readRequestLine() !== 'read') return notHttp;
  while (!reader.isAtEnd) if (reader.readField() !== 'read') return notHttp;
  if (reader.readEnd() !== 'read' || reader.at !== text.length) return notHttp;
  const { method, rawPath, minorVersion, names, values } = reader;
  const judged = judgeHeaders(reader, method, headerBytesMax);
  if ('status' in judged) return judged;
  const raw = text.length > rememberedBytesMax ? null : Buffer.from(text, 'latin1');
  return new RequestHead({ method, rawPath, minorVersion, names, values, ...judged }, raw);
}

/**
 * Looks at as much of a head as there is, so that what cannot become one is not waited for.
 * @param from begin of the first line that was not whole before; 0 at first.
 * @returns begin of the first line that is not whole, or null when this is no head.
 */
export function checkPart(text: string, from: number): number | null {
  const reader = new HeadReader(text, from);
  let verdict: LineVerdict = from === 0 ? reader.readRequestLine() : 'read';
  while (verdict === 'read' && !reader.isAtEnd && reader.at < text.length) verdict = reader.readField();
  if (verdict === 'read' && reader.isAtEnd) verdict = reader.readEnd();
  return verdict === 'broken' ? null : reader.at;
}
