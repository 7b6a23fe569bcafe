import type { Tensor } from '@cluster-ai/core/tensors/tensor.ts';

/** What a text of a tensor may depend on: all but its data. */
type Described = Pick<Tensor, 'name' | 'datatype' | 'shape'>;

/** Names that are remembered, each with the datatype and shape that it came with last. */
const entriesMax = 1_024;

/** Longer names and shapes are worked out each time: characters, dimensions. */
const nameLengthMax = 256;
const rankMax = 8;

interface Entry extends Described {
  readonly text: string;
}

/** A text that was worked out of a tensor's name, datatype and shape, which are nearly always those of the answer before. */
export class RememberedShapes {
  private readonly workOut: (tensor: Described) => string;
  private readonly known = new Map<string, Entry>();

  /** @param workOut must say the same of equal tensors each time. */
  constructor(workOut: (tensor: Described) => string) {
    this.workOut = workOut;
  }

  of(tensor: Described): string {
    const { name, datatype, shape } = tensor;
    const known = this.known.get(name);
    if (known !== undefined && known.datatype === datatype && isEqual(known.shape, shape)) return known.text;
    const text = this.workOut(tensor);
    if (name.length > nameLengthMax || shape.length > rankMax) return text;
    if (this.known.size >= entriesMax) this.known.clear();
    this.known.set(name, { name, datatype, shape: [...shape], text });
    return text;
  }
}

function isEqual(shape: readonly number[], other: readonly number[]): boolean {
  if (shape.length !== other.length) return false;
  for (let axis = 0; axis < shape.length; axis += 1) if (shape[axis] !== other[axis]) return false;
  return true;
}
