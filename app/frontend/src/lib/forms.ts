/** Puts the server's words beside the field that they are about. */
import type { FieldPath, FieldValues, UseFormSetError } from 'react-hook-form';
import { ApiError } from './errors';

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
