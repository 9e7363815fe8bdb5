/** What forms share: limits as the server has them, and its words beside the field that they are about. */
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { ApiError } from './errors';

/** Characters as the server counts them: without blanks around, and a pictogram is one. */
export function lengthOf(text: string): number {
  return [...text.trim()].length;
}

/**
 * Shows each field error of `error` in the form. Anything that is about no known field goes to
 * `root.server`, where a form shows it as a notice.
 */
export function showServerErrors<T extends FieldValues>(
  error: unknown,
  fields: readonly FieldPath<T>[],
  setError: UseFormSetError<T>,
  errorText: (error: unknown) => string,
): void {
  const messages = error instanceof ApiError ? error.fields : {};
  const known = fields.filter((field) => messages[field]?.length);
  for (const field of known) {
    setError(
      field,
      { type: 'server', message: (messages[field] ?? []).join(' ') },
      { shouldFocus: field === known[0] },
    );
  }
  if (known.length === 0) {
    const others = Object.values(messages).flat().join(' ');
    setError('root.server', { type: 'server', message: others || errorText(error) });
  }
}
