import { ClusterError, toClusterError } from '@cluster-ai/core/errors.ts';
import { giveBack } from '../../process/give-back.ts';
import { GrowingBytes } from './growing-bytes.ts';

/** So much of a body is taken before somebody reads it. */
const unreadBytesMax = 65_536;

/** What a piece takes besides its bytes: chunks may be small. */
const pieceBytes = 96;

/** Who waits for a body. */
interface Reader {
  readonly bytesMax: number;
  readonly onBytes: (bytes: number) => void;
  readonly resolve: (body: Uint8Array) => void;
  readonly reject: (error: ClusterError) => void;
}

/** A body that did not come with its head: it gathers here until it is whole. */
export class IncomingBody {
  isComplete = false;
  /** How many bytes the client announced; null for chunks. */
  private readonly announced: number | null;
  /** What came before somebody read. */
  private early: Buffer[] = [];
  private earlyBytes = 0;
  private kept: GrowingBytes | null = null;
  private handedOver: Uint8Array | null = null;
  private reader: Reader | null = null;
  private isUnwanted = false;
  private brokenBy: ClusterError | null = null;

  constructor(announced: number | null) {
    this.announced = announced;
  }

  /** The client has to wait until somebody reads. */
  get isFull(): boolean {
    return this.reader === null && !this.isUnwanted && this.earlyBytes >= unreadBytesMax;
  }

  /** Where the next bytes may be put before `take` is told of them, so many at most; null for nowhere. */
  room(bytesMax: number): Buffer | null {
    return this.reader === null ? null : (this.kept?.room(bytesMax) ?? null);
  }

  /** Nobody looks at the body any more. */
  release(): void {
    if (this.handedOver !== null) giveBack(this.handedOver);
    this.handedOver = null;
  }

  /** Takes the next bytes, and copies them if they are not in their place. */
  readonly take = (piece: Buffer): void => {
    if (this.isUnwanted) return;
    if (this.reader !== null) {
      this.keep(piece, this.reader);
      return;
    }
    this.early.push(Buffer.from(piece));
    this.earlyBytes += piece.byteLength + pieceBytes;
  };

  /** Nothing more comes: it is whole. */
  finish(): void {
    this.isComplete = true;
    if (this.reader !== null) this.handOver(this.reader);
  }

  /** The rest will not come, or cannot be understood. */
  breakOff(error: ClusterError): void {
    this.brokenBy ??= error;
    this.early = [];
    this.kept = null;
    const { reader } = this;
    this.reader = null;
    reader?.reject(error);
  }

  get isBroken(): boolean {
    return this.brokenBy !== null;
  }

  /** What has come is dropped, and so is what will come. */
  discard(): void {
    this.isUnwanted = true;
    this.early = [];
    this.earlyBytes = 0;
    this.kept = null;
  }

  /** @throws ClusterError of the client, of the limit, or of `onBytes`. */
  read(bytesMax: number, onBytes: (bytes: number) => void): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.brokenBy !== null) {
        reject(this.brokenBy);
        return;
      }
      const reader = { bytesMax, onBytes, resolve, reject };
      this.reader = reader;
      const { early } = this;
      this.early = [];
      this.earlyBytes = 0;
      for (const piece of early) if (this.reader !== null) this.keep(piece, reader);
      // It may have been refused.
      if (this.isComplete && this.reader !== null) this.handOver(reader);
    });
  }

  private keep(piece: Buffer, { bytesMax, onBytes, reject }: Reader): void {
    try {
      const size = (this.kept?.size ?? 0) + piece.byteLength;
      if (size > bytesMax) throw bodyTooLarge(size, bytesMax);
      onBytes(piece.byteLength);
      this.kept ??= new GrowingBytes(this.announced, bytesMax);
      this.kept.append(piece);
    } catch (refusal) {
      this.reader = null;
      this.discard();
      // A ClusterError: of the limit, or of whoever listens.
      reject(toClusterError(refusal));
    }
  }

  private handOver({ resolve }: Reader): void {
    const body = this.kept?.whole() ?? new Uint8Array(0);
    this.reader = null;
    this.kept = null;
    this.handedOver = body;
    resolve(body);
  }
}

export function bodyTooLarge(size: number, bytesMax: number): ClusterError {
  return new ClusterError(
    'BODY_TOO_LARGE',
    `the request body has at least ${size} bytes; at most ${bytesMax} are accepted`,
  );
}
