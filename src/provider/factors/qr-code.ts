// A picture that a phone reads off the screen, as SVG within the page: nothing is fetched, so what it says reaches nobody else.

import { toString } from 'qrcode'

/** SVG markup of `text` as a QR code (ISO/IEC 18004), dark on light in any colour scheme, with the quiet zone that readers need. */
export async function qrCode(text: string): Promise<string> {
  const svg = await toString(text, { type: 'svg', margin: 4, errorCorrectionLevel: 'M' })
  // A picture within a page: the words beside it say what it is.
  return svg.trim().replace('<svg ', '<svg aria-hidden="true" focusable="false" ')
}
