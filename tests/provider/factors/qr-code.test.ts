// The picture at the set-up of an app is drawn within the page, module by module, so that a camera reads what stands beside it in letters.

import { create } from 'qrcode'
import { expect, test } from 'vitest'
import { qrCode } from '../../../src/provider/factors/qr-code.ts'

const uri =
  'otpauth://totp/id.example:ana?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=id.example&algorithm=SHA1&digits=6&period=30'

/** Dark modules of the drawing: runs of `h` on half rows. */
function modulesOf(svg: string): boolean[][] {
  const size = Number(/viewBox="0 0 (\d+) /.exec(svg)![1])
  const rows = Array.from({ length: size }, () => Array<boolean>(size).fill(false))
  const drawn = /stroke="#000000" d="([^"]*)"/.exec(svg)![1]!
  let [x, y] = [0, 0]
  for (const [, act, a, b] of drawn.matchAll(/([Mmh])(-?[\d.]+)(?:[ ,]?(-?[\d.]+))?/g)) {
    if (act === 'M') [x, y] = [Number(a), Number(b)]
    else if (act === 'm') [x, y] = [x + Number(a), y + Number(b)]
    else for (const end = x + Number(a); x < end; x++) rows[Math.floor(y)]![x] = true
  }
  return rows
}

test('is drawn within the page, module by module, with its quiet zone of four', async () => {
  const svg = await qrCode(uri)
  expect(svg).not.toMatch(/style=|href|<script|<image/)
  const rows = modulesOf(svg)
  const { modules } = create(uri, { errorCorrectionLevel: 'M' })
  expect(rows).toHaveLength(modules.size + 8)
  for (let row = 0; row < rows.length; row++) {
    for (let column = 0; column < rows.length; column++) {
      const [r, c] = [row - 4, column - 4]
      const inside = r >= 0 && c >= 0 && r < modules.size && c < modules.size
      expect(rows[row]![column]).toBe(inside && modules.get(r, c) === 1)
    }
  }
})
