/** Returns what was compressed by zstd. */
export function decompress(compressed: Uint8Array): Uint8Array;
