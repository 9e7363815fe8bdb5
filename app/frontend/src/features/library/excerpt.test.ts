import { describe, expect, it } from 'vitest';
import { excerpt } from './excerpt';

describe('excerpt', () => {
  it.each([
    ['# Title\n\nSome **bold** and *soft* text', 'Title Some bold and soft text'],
    ['- one\n- two\n1. three', 'one two three'],
    ['> quoted `code`', 'quoted code'],
    ['[Resee](https://example.com) and ![a picture](x.png)', 'Resee and a picture'],
    ['```js\nlet a = 1;\n```', 'let a = 1;'],
    ['', ''],
  ])('%j becomes %j', (markdown, plain) => {
    expect(excerpt(markdown)).toBe(plain);
  });

  it('is short, however long the text', () => {
    const short = excerpt('word '.repeat(10_000));
    expect(short).toHaveLength(160);
    expect(short.endsWith('…')).toBe(true);
  });
});
