import { CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';

/** A sentence about something that went wrong, read aloud at once. */
export function Notice({ children }: { children: ReactNode }) {
  return (
    <div
      role="alert"
      className="flex items-start gap-2.5 rounded-xl bg-poor-soft px-4 py-3 text-poor text-sm"
    >
      <CircleAlert className="mt-0.5 size-4 shrink-0" aria-hidden="true" />
      <div>{children}</div>
    </div>
  );
}
