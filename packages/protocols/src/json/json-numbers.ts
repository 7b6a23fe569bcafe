/**
 * How arrays of numbers are read and written: by our own WebAssembly module straight from and into tensors, or like everything
 * else, number by number in JavaScript. The results are the same.
 */
export type JsonNumbers = 'wasm' | 'plain';
