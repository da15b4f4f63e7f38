// A chart in SVG: a frame, two scales with their ticks, lines with labels. Colours are the page's, so that it is right in light and dark.

export interface Scale {
  /** 0 to 1 from the start of the axis to its end. */
  at(value: number): number
  readonly ticks: readonly { readonly value: number; readonly label: string }[]
}

export interface Line {
  readonly label: string
  readonly points: readonly (readonly [x: number, y: number])[]
  /** Number of the colour, from 1. */
  readonly colour: number
  readonly dashed?: boolean
  /** Marks at the points, for what was counted rather than swept. */
  readonly dots?: boolean
}

export interface Chart {
  readonly title: string
  readonly x: Scale
  readonly y: Scale
  readonly xLabel: string
  readonly yLabel: string
  readonly lines: readonly Line[]
  /** A line for the eye: equal errors, or claims that are true. */
  readonly guide?: readonly (readonly [x: number, y: number])[]
}

const width = 460
const height = 400
const frame = { left: 62, top: 14, right: 446, bottom: 346 } as const

export function drawChart({ title, x, y, xLabel, yLabel, lines, guide }: Chart): string {
  const place = ([atX, atY]: readonly [number, number]): string => `${across(x, atX)},${up(y, atY)}`
  const path = (points: readonly (readonly [number, number])[]): string => `M${points.map(place).join('L')}`
  const grid = [
    ...x.ticks.map(({ value, label }) => {
      const at = across(x, value)
      return `<path class="grid" d="M${at},${frame.top}V${frame.bottom}"/><text class="tick" x="${at}" y="${frame.bottom + 18}" text-anchor="middle">${label}</text>`
    }),
    ...y.ticks.map(({ value, label }) => {
      const at = up(y, value)
      return `<path class="grid" d="M${frame.left},${at}H${frame.right}"/><text class="tick" x="${frame.left - 8}" y="${at + 4}" text-anchor="end">${label}</text>`
    })
  ]
  const drawn = lines.map(
    ({ label, points, colour, dashed, dots }) =>
      `<path class="line c${colour}${dashed === true ? ' dashed' : ''}" d="${path(points)}"><title>${escaped(label)}</title></path>` +
      (dots === true ? points.map((point) => dot(place(point), colour)).join('') : '')
  )
  const middle = (frame.top + frame.bottom) / 2
  return `<figure><figcaption>${escaped(title)}</figcaption>
<svg viewBox="0 0 ${width} ${height}" role="img" aria-label="${escaped(title)}">
<clipPath id="frame"><rect x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/></clipPath>
${grid.join('\n')}
<rect class="frame" x="${frame.left}" y="${frame.top}" width="${frame.right - frame.left}" height="${frame.bottom - frame.top}"/>
<g clip-path="url(#frame)">
${guide === undefined ? '' : `<path class="guide" d="${path(guide)}"/>`}
${drawn.join('\n')}
</g>
<text class="axis" x="${(frame.left + frame.right) / 2}" y="${height - 10}" text-anchor="middle">${escaped(xLabel)}</text>
<text class="axis" x="14" y="${middle}" text-anchor="middle" transform="rotate(-90 14 ${middle})">${escaped(yLabel)}</text>
</svg>
${legend(lines)}
</figure>`
}

export function linearScale(
  low: number,
  high: number,
  ticks: readonly number[],
  label: (value: number) => string
): Scale {
  return {
    at: (value) => (value - low) / (high - low),
    ticks: ticks.map((value) => ({ value, label: label(value) }))
  }
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

function legend(lines: readonly Line[]): string {
  const items = lines.map(
    ({ label, colour, dashed }) =>
      `<li><svg viewBox="0 0 28 8" aria-hidden="true"><path class="line c${colour}${dashed === true ? ' dashed' : ''}" d="M1,4H27"/></svg>${escaped(label)}</li>`
  )
  return `<ul class="legend">${items.join('')}</ul>`
}

function dot(place: string, colour: number): string {
  const [x, y] = place.split(',')
  return `<circle class="dot c${colour}" cx="${x}" cy="${y}" r="3.5"/>`
}

function across(scale: Scale, value: number): number {
  return tenths(frame.left + scale.at(value) * (frame.right - frame.left))
}

function up(scale: Scale, value: number): number {
  return tenths(frame.bottom - scale.at(value) * (frame.bottom - frame.top))
}

function tenths(value: number): number {
  return Math.round(value * 10) / 10
}
