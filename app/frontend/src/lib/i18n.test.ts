import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import en from '@/locales/en.json';
import ko from '@/locales/ko.json';
import { preferredLanguage } from './i18n';

type Tree = { [key: string]: string | Tree };

function flat(tree: Tree, prefix = ''): Map<string, string> {
  return new Map(
    Object.entries(tree).flatMap(([key, value]) =>
      typeof value === 'string' ? [[prefix + key, value] as const] : [...flat(value, `${prefix}${key}.`)],
    ),
  );
}

function placeholders(text = ''): string[] {
  return [...text.matchAll(/{{(\w+)}}/g)].map(([, name]) => name ?? '').sort();
}

const english = flat(en);
const korean = flat(ko);

describe('the two languages', () => {
  it('say the same things', () => {
    expect([...korean.keys()]).toEqual([...english.keys()]);
  });

  it('fill in the same values', () => {
    const differing = [...english].filter(
      ([key, text]) => placeholders(text).join() !== placeholders(korean.get(key)).join(),
    );
    expect(differing).toEqual([]);
    expect([...korean.values()].filter((text) => text.trim() === '')).toEqual([]);
  });

  it('hold nothing that no component says', () => {
    const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
      .filter((path) => /\.tsx?$/.test(path) && !path.includes('.test.'))
      .map((path) => readFileSync(join('src', path), 'utf8'))
      .join('\n');
    const patterns = [...source.matchAll(/['`]([a-z]+\.[\w.${}]+)['`]/g)].map(
      ([, text]) =>
        new RegExp(
          `^${(text ?? '').replaceAll('.', '\\.').replaceAll(/\$\{\w+\}/g, '\\w+')}(?:_one|_other)?$`,
        ),
    );
    const unused = [...english.keys()].filter((key) => !patterns.some((pattern) => pattern.test(key)));
    expect(unused).toEqual([]);
  });
});

describe('preferredLanguage', () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each([
    [['ko-KR', 'en-US'], 'ko'],
    [['fr-FR', 'ko'], 'ko'],
    [['de-DE'], 'en'],
    [[], 'en'],
  ])('of a browser that speaks %j is %s', (languages, expected) => {
    vi.stubGlobal('navigator', { languages });
    expect(preferredLanguage()).toBe(expected);
  });

  it('is what the person chose', () => {
    localStorage.setItem('resee.language', 'ko');
    expect(preferredLanguage()).toBe('ko');
  });

  it('ignores a choice that we do not speak', () => {
    localStorage.setItem('resee.language', 'xx');
    expect(preferredLanguage()).toBe('en');
  });
});
