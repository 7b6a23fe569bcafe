import type { Script } from './call-script.ts';

type Call = Script['calls'][number];

interface Reason {
  readonly why: string;
  readonly holds: (call: Call, ours: string, theirs: string) => boolean;
}

/** Where our own server answers something else than grpc-js, and why that is right. */
const reasons: readonly Reason[] = [
  {
    why: 'a deadline that is none ends the call before anybody answers it; grpc-js finds one anywhere in the text, or late',
    holds: ({ timeout }, ours) => timeout !== null && !/^\d{1,8}[HMSmun]$/.test(timeout) && ours === '13',
  },
  {
    why: 'a message that says it is packed, in a call that does not say how, is an error of its client (13)',
    holds: ({ encoding, messages }, ours) =>
      (encoding ?? 'identity') === 'identity' && messages.some(({ form }) => isMarked(form)) && ours === '13',
  },
  {
    why: 'what comes after the one message of a call is not read; grpc-js unpacks it before it is asked for',
    holds: ({ path, messages }, ours) => path.endsWith('/Echo') && messages.length > 1 && ours.startsWith('OK'),
  },
  {
    why: 'grpc-js leaves some calls without an answer, whose message it refuses while it keeps others that came before',
    holds: ({ messages }, ours, theirs) => theirs === 'nothing' && messages.length > 1 && errorsOfMessages.has(ours),
  },
  {
    why: 'of several messages that are wrong, ours names the first',
    holds: ({ messages, rest }, ours, theirs) =>
      messages.length + rest > 1 && errorsOfMessages.has(ours) && errorsOfMessages.has(theirs),
  },
  {
    why: 'a stream that ends in the middle of a message is an error of its client; grpc-js drops what came',
    holds: ({ rest, messages }, ours, theirs) =>
      ours === '9' && theirs.startsWith('OK') && (rest > 0 || messages.some(({ form }) => isMarked(form))),
  },
  {
    why: 'what a call is answered without waiting for its body, it is answered before the body turns out too short',
    holds: ({ trouble }, ours, theirs) => trouble === 'length' && [ours, theirs].includes('reset'),
  },
];

const errorsOfMessages: ReadonlySet<string> = new Set(['8', '9', '12', '13']);

const isMarked = (form: string): boolean => form === 'gzip' || form === 'deflate' || form === 'broken';

export function isExplained(call: Call, ours: string, theirs: string): boolean {
  return reasons.some(({ holds }) => holds(call, ours, theirs));
}
