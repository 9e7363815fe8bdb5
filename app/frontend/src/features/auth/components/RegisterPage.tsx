import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useErrorText } from '@/components/useErrorText';
import { showServerErrors } from '@/lib/forms';
import { type Registration, register as registerUser } from '../api/register';
import { AuthLayout } from './AuthLayout';
import { PasswordInput } from './PasswordInput';

const MIN_PASSWORD = 8;
const FIELDS = ['email', 'password', 'password_confirm'] as const;

function useRegistration() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const form = useForm<Registration>();
  const required = { required: t('errors.required') };
  return {
    errors: form.formState.errors,
    isSubmitting: form.formState.isSubmitting,
    submit: form.handleSubmit(async (values) => {
      try {
        await registerUser(values);
      } catch (error) {
        showServerErrors(error, FIELDS, form.setError, errorText);
      }
    }),
    email: form.register('email', required),
    password: form.register('password', {
      ...required,
      minLength: { value: MIN_PASSWORD, message: t('auth.shortPassword', { count: MIN_PASSWORD }) },
    }),
    confirmation: form.register('password_confirm', {
      validate: (value, { password }) => value === password || t('auth.differentPasswords'),
    }),
  };
}

export function RegisterPage() {
  const { t } = useTranslation();
  const { errors, isSubmitting, submit, email, password, confirmation } = useRegistration();
  return (
    <AuthLayout title={t('auth.register')} text={t('auth.registerText')}>
      <form onSubmit={submit} noValidate className="space-y-5">
        {errors.root?.server && <Notice>{errors.root.server.message}</Notice>}
        <Field label={t('auth.email')} error={errors.email?.message}>
          {(control) => <input {...control} {...email} type="email" autoComplete="email" className="input" />}
        </Field>
        <Field
          label={t('auth.password')}
          hint={t('auth.passwordHint', { count: MIN_PASSWORD })}
          error={errors.password?.message}
        >
          {(control) => <PasswordInput {...control} {...password} autoComplete="new-password" />}
        </Field>
        <Field label={t('auth.passwordConfirm')} error={errors.password_confirm?.message}>
          {(control) => <PasswordInput {...control} {...confirmation} autoComplete="new-password" />}
        </Field>
        <Button type="submit" busy={isSubmitting} className="w-full">
          {t('auth.create')}
        </Button>
      </form>
      <p className="mt-8 text-center text-muted text-sm">
        {t('auth.haveAccount')}{' '}
        <Link
          to="/login"
          className="inline-block p-2 font-semibold text-brand-strong underline underline-offset-2"
        >
          {t('auth.login')}
        </Link>
      </p>
    </AuthLayout>
  );
}
