/**
 * Notes in Markdown. react-markdown builds React elements and never sets HTML; the sanitiser behind it
 * lets only a known list of elements, attributes and link schemes through.
 */
import ReactMarkdown, { type Components } from 'react-markdown';
import rehypeSanitize from 'rehype-sanitize';
import remarkGfm from 'remark-gfm';

const components: Components = {
  a: ({ node: _node, children, ...rest }) => (
    <a {...rest} target="_blank" rel="noopener noreferrer nofollow">
      {children}
    </a>
  ),
  // The page has its own h1.
  h1: ({ node: _node, ...rest }) => <h2 {...rest} />,
  img: ({ node: _node, alt, ...rest }) => <img {...rest} alt={alt ?? ''} loading="lazy" />,
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
