const LENGTH = 160;

/** The first words of a Markdown text without its marks, for a list. */
export function excerpt(markdown: string): string {
  const plain = markdown
    .slice(0, LENGTH * 4)
    .replace(/```\w*\n?/g, ' ')
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/^\s{0,3}(?:#{1,6}|>|[-*+]|\d+\.)\s+/gm, '')
    .replace(/[*_`~|]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
  return plain.length > LENGTH ? `${plain.slice(0, LENGTH).trimEnd()}…` : plain;
}
