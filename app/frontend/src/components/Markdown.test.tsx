import { render } from '@testing-library/react';
import { describe, expect, it, vi } from 'vitest';
import { Markdown } from './Markdown';

const HARMFUL = [
  '<script>alert(1)</script>',
  '<img src=x onerror=alert(1)>',
  '<svg onload=alert(1)>',
  '<iframe src="javascript:alert(1)"></iframe>',
  '<a href="javascript:alert(1)">x</a>',
  '<style>*{display:none}</style>',
  '<form action="https://evil.example"><input name=password></form>',
  '<object data="data:text/html,<script>alert(1)</script>"></object>',
  '<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>',
  '[x](javascript:alert(1))',
  '[x](JaVaScRiPt:alert(1))',
  '[x](java&#x0A;script:alert(1))',
  '[x](&#106;avascript:alert(1))',
  '[x](vbscript:msgbox(1))',
  '[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)',
  '![x](javascript:alert(1))',
  '![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSk+)',
  '![x" onerror="alert(1)](https://example.com/a.png)',
  '[x]: javascript:alert(1)\n\n[x]',
  '<javascript:alert(1)>',
  '```html\n<script>alert(1)</script>\n```',
  '`<img src=x onerror=alert(1)>`',
];
const ACTIVE = 'script, style, iframe, object, embed, form, svg, math, link, meta, base, video, audio';

describe('harmful Markdown', () => {
  it.each(HARMFUL)('%s brings nothing active into the page', (text) => {
    const alert = vi.spyOn(window, 'alert').mockImplementation(() => undefined);
    const { container } = render(<Markdown text={text} />);
    expect(container.querySelectorAll(ACTIVE)).toHaveLength(0);
    for (const element of container.querySelectorAll('*')) {
      for (const { name, value } of element.attributes) {
        expect(name).not.toMatch(/^on/i);
        expect(value).not.toMatch(/^\s*(?:javascript|vbscript|data):/i);
      }
    }
    expect(alert).not.toHaveBeenCalled();
  });

  it('cannot take the place of elements of the page by their id', () => {
    const { container } = render(<Markdown text={'Text[^page]\n\n[^page]: note'} />);
    expect(container.querySelector('#page')).toBeNull();
  });
});

describe('ordinary Markdown', () => {
  it('shows tables, lists and code', () => {
    const { container } = render(
      <Markdown text={'| a | b |\n|---|---|\n| 1 | 2 |\n\n- [x] done\n\n```js\nlet a;\n```'} />,
    );
    expect(container.querySelectorAll('td')).toHaveLength(2);
    expect(container.querySelector('input[type=checkbox]')).toBeDisabled();
    expect(container.querySelector('pre code')).toHaveTextContent('let a;');
  });

  it('opens links elsewhere and tells the other page nothing', () => {
    const { container } = render(<Markdown text="[Resee](https://example.com/a)" />);
    const link = container.querySelector('a');
    expect(link).toHaveAttribute('href', 'https://example.com/a');
    expect(link).toHaveAttribute('target', '_blank');
    expect(link).toHaveAttribute('rel', 'noopener noreferrer nofollow');
  });

  it('leaves the only h1 to the page', () => {
    const { container } = render(<Markdown text="# Title" />);
    expect(container.querySelector('h1')).toBeNull();
    expect(container.querySelector('h2')).toHaveTextContent('Title');
  });
});
