import type { ButtonHTMLAttributes } from 'react';
import { Spinner } from './Spinner';

const VARIANTS = {
  primary: 'bg-brand text-on-brand hover:bg-brand-strong',
  secondary: 'border border-line bg-raised text-ink hover:bg-sunken',
  ghost: 'text-muted hover:bg-sunken hover:text-ink',
  danger: 'bg-poor text-on-brand hover:opacity-90',
} as const;

export type ButtonVariant = keyof typeof VARIANTS;

const SHAPE =
  'inline-flex min-h-12 items-center justify-center gap-2 rounded-xl px-4 py-2 text-[0.95rem] font-semibold ' +
  'transition-colors disabled:cursor-not-allowed disabled:opacity-60';

/** Class names of a button, for links that look like one. */
export function buttonClass(variant: ButtonVariant = 'primary', extra = ''): string {
  return `${SHAPE} ${VARIANTS[variant]} ${extra}`;
}

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  variant?: ButtonVariant;
  /** Shows a spinner and takes no further press. */
  busy?: boolean;
}

export function Button({ variant = 'primary', busy = false, className, children, ...rest }: Props) {
  return (
    <button
      type="button"
      {...rest}
      disabled={busy || rest.disabled}
      aria-busy={busy}
      className={buttonClass(variant, className)}
    >
      {busy && <Spinner className="size-4" />}
      {children}
    </button>
  );
}
