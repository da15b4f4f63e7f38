// The option table of the README, printed from where the options are defined.

import { optionTable } from '../src/config.ts'

const begin = '<!-- options: npm run options -->'
const end = '<!-- /options -->'

/** The text with a fresh table between the two marks. Throws when a mark is missing. */
export function withOptionTable(readme: string): string {
  const from = readme.indexOf(begin)
  const to = readme.indexOf(end)
  if (from === -1 || to < from) throw new Error(`the README has no ${begin} … ${end}`)
  return `${readme.slice(0, from + begin.length)}\n\n${optionRows()}\n\n${readme.slice(to)}`
}

function optionRows(): string {
  const rows = Object.values(optionTable).map((option) => [
    `\`${option.env}\``,
    option.meaning,
    'default' in option && option.default !== undefined ? option.default.replaceAll('<', '&lt;') : '**required**'
  ])
  return [['variable', 'meaning', 'default'], ['---', '---', '---'], ...rows]
    .map((cells) => `| ${cells.map((cell) => cell.replaceAll('|', String.raw`\|`)).join(' | ')} |`)
    .join('\n')
}
