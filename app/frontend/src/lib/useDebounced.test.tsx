import { act, renderHook } from '@testing-library/react';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { useDebounced } from './useDebounced';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

it('follows once the value has settled, and only to the last one', () => {
  const { result, rerender } = renderHook(({ value }) => useDebounced(value, 300), {
    initialProps: { value: 'a' },
  });
  const seen = [result.current];
  for (const value of ['ab', 'abc']) {
    rerender({ value });
    act(() => vi.advanceTimersByTime(299));
    seen.push(result.current);
  }
  act(() => vi.advanceTimersByTime(1));
  expect([...seen, result.current]).toEqual(['a', 'a', 'a', 'abc']);
});
