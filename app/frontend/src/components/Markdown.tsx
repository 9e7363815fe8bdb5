/**
 * Notes in Markdown. react-markdown builds React elements and never sets HTML; the sanitiser behind it
 * lets only a known list of elements, attributes and link schemes through.
 */

import { useTranslation } from 'react-i18next';
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';

/** The box of a task list; the reader cannot tick it, so it needs a name of its own. */
function TaskBox({ checked }: { checked: boolean }) {
  const { t } = useTranslation();
  return (
    <input
      type="checkbox"
      disabled
      checked={checked}
      aria-label={t(checked ? 'contents.ticked' : 'contents.unticked')}
    />
  );
}

const components: Components = {
  a: ({ node: _node, children, ...rest }) => (
    <a {...rest} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // The page has its own h1.
  h1: ({ node: _node, ...rest }) => <h2 {...rest} />,
  img: ({ node: _node, alt, ...rest }) => <img {...rest} alt={alt ?? ''} loading="lazy" />,
  input: ({ checked = false }) => <TaskBox checked={checked} />,
  // Wide code is scrolled by keyboard too.
  // biome-ignore lint/a11y/noNoninteractiveTabindex: a scrolling region must be reachable without a mouse
  pre: ({ node: _node, ...rest }) => <pre {...rest} tabIndex={0} />,
};

export function Markdown({ text }: { text: string }) {
  return (
    <div className="prose-note">
      <ReactMarkdown remarkPlugins={[remarkGfm]} rehypePlugins={[rehypeSanitize]} components={components}>
        {text}
      </ReactMarkdown>
    </div>
  );
}
