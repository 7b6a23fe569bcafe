const isApple = /mac|iphone|ipad/i.test(navigator.platform);

/** What opens the palette on the reader's keyboard. */
export const paletteKeys = isApple ? '⌘ K' : 'Ctrl K';
