import type { ReactNode } from 'react';
import { useDocumentTitle } from './useDocumentTitle';

interface Props {
  title: string;
  text?: string;
  children?: ReactNode;
}

/** The only h1 of a page, what it is for, and its main actions. */
export function PageHeader({ title, text, children }: Props) {
  useDocumentTitle(title);
  return (
    <header className="mb-6 flex flex-wrap items-end justify-between gap-4">
      <div>
        <h1 className="font-bold text-2xl tracking-tight sm:text-3xl">{title}</h1>
        {text && <p className="mt-1 text-muted">{text}</p>}
      </div>
      {children && <div className="flex gap-2">{children}</div>}
    </header>
  );
}
