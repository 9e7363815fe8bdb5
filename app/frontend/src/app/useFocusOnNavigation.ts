import { type RefObject, useEffect, useRef } from 'react';

/** Moves the focus to the new page, as a loaded document would: the link that was followed is behind. */
export function useFocusOnNavigation(pathname: string): RefObject<HTMLElement | null> {
  const page = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current !== pathname) {
      shown.current = pathname;
      page.current?.focus({ preventScroll: true });
    }
  }, [pathname]);
  return page;
}
