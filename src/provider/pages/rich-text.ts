// The one mark that texts of the pages may have, for names and what must not be overlooked: `**strong**`. Everything is escaped first, so
// that a name inside a text can look strong at worst.

/** A text as HTML. */
export function rich(text: string): string {
  return escaped(text).replaceAll(/\*\*(.+?)\*\*/gs, '<strong>$1</strong>')
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;'
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => entities[character]!)
}
