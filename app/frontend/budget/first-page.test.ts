/** What a browser loads before it shows the first page: the JavaScript of it, compressed, has a budget. */
import { gzipSync } from 'node:zlib';
import { build, type Rolldown } from 'vite';
import { beforeAll, describe, expect, it, vi } from 'vitest';

const BUDGET = 200 * 1024;
/** The dashboard's two charts, its words and the frame are all part of a first page. */
const FIRST_PAGES = [
  'src/features/auth/components/LoginPage.tsx',
  'src/features/dashboard/components/DashboardPage.tsx',
  'src/features/reviews/components/ReviewPage.tsx',
];
const ALWAYS = ['src/main.tsx', 'src/locales/ko.json'];

let chunks: Map<string, Rolldown.OutputChunk>;
let page: string;

beforeAll(async () => {
  // Vitest's own value would bring React's development build.
  vi.stubEnv('NODE_ENV', 'production');
  const result = await build({ logLevel: 'error', build: { write: false } });
  const { output } = (Array.isArray(result) ? result[0] : result) as Rolldown.RolldownOutput;
  chunks = new Map(output.filter((file) => file.type === 'chunk').map((chunk) => [chunk.fileName, chunk]));
  const html = output.find(({ fileName }) => fileName === 'index.html');
  page = html?.type === 'asset' ? String(html.source) : '';
}, 120_000);

/** The chunk that holds a module, with all that it imports before it runs. */
function closure(module: string): Set<string> {
  const start = [...chunks.values()].find(({ facadeModuleId, moduleIds }) =>
    [facadeModuleId, ...moduleIds].some((id) => id?.endsWith(module)),
  );
  if (start === undefined) {
    throw new Error(`${module} is in no chunk.`);
  }
  const found = new Set<string>();
  const visit = (name: string) => {
    if (!found.has(name)) {
      found.add(name);
      chunks.get(name)?.imports.forEach(visit);
    }
  };
  visit(start.fileName);
  return found;
}

function compressed(names: Iterable<string>): number {
  return [...names].reduce((sum, name) => sum + gzipSync(chunks.get(name)?.code ?? '').length, 0);
}

describe('the first page', () => {
  it.each(FIRST_PAGES)('%s needs at most 200 KB of JavaScript', (module) => {
    const needed = new Set([...ALWAYS, module].flatMap((name) => [...closure(name)]));
    expect(compressed(needed)).toBeLessThanOrEqual(BUDGET);
  });

  it('does not wait for the Markdown of a card', () => {
    const markdown = [...closure('src/components/Markdown.tsx')];
    const review = closure('src/features/reviews/components/ReviewPage.tsx');
    expect(markdown.some((name) => !review.has(name))).toBe(true);
    expect(compressed(markdown.filter((name) => !review.has(name)))).toBeGreaterThan(20 * 1024);
  });
});

describe('the built page', () => {
  it('runs and styles nothing inline: the content security policy would stop it', () => {
    expect(page).not.toMatch(/<style|style=|\son\w+=/);
    const scripts = [...page.matchAll(/<script[^>]*>([^<]*)/g)];
    expect(scripts.length).toBeGreaterThan(1);
    for (const [tag, inline] of scripts) {
      expect(tag).toContain('src=');
      expect(inline?.trim()).toBe('');
    }
  });

  it('loads nothing from another place', () => {
    expect(page).not.toMatch(/(?:src|href)="(?:https?:)?\/\//);
  });
});
