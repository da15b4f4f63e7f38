// From JavaScript's old `keyCode` on an American keyboard to `KeyboardEvent.code`.

/** Codes without a mapping are `Unidentified`; 16 does not say which Shift it was and counts as the left one. */
export function codeOf(keycode: number): string {
  if (keycode >= 65 && keycode <= 90) return `Key${String.fromCharCode(keycode)}`
  if (keycode >= 48 && keycode <= 57) return `Digit${keycode - 48}`
  if (keycode >= 96 && keycode <= 105) return `Numpad${keycode - 96}`
  return codes[keycode] ?? 'Unidentified'
}

const codes: Readonly<Record<number, string>> = {
  8: 'Backspace',
  9: 'Tab',
  13: 'Enter',
  16: 'ShiftLeft',
  17: 'ControlLeft',
  18: 'AltLeft',
  20: 'CapsLock',
  32: 'Space',
  35: 'End',
  36: 'Home',
  37: 'ArrowLeft',
  38: 'ArrowUp',
  39: 'ArrowRight',
  40: 'ArrowDown',
  46: 'Delete',
  186: 'Semicolon',
  187: 'Equal',
  188: 'Comma',
  189: 'Minus',
  190: 'Period',
  191: 'Slash',
  192: 'Backquote',
  219: 'BracketLeft',
  220: 'Backslash',
  221: 'BracketRight',
  222: 'Quote'
}
