import { useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { Link } from 'react-router';
import { Button } from '@/components/Button';
import { Field } from '@/components/Field';
import { Notice } from '@/components/Notice';
import { useErrorText } from '@/components/useErrorText';
import { ApiError } from '@/lib/errors';
import { showServerErrors } from '@/lib/forms';
import { type Credentials, login } from '../api/login';
import { AuthLayout } from './AuthLayout';
import { PasswordInput } from './PasswordInput';

const UNAUTHORIZED = 401;

export function LoginPage() {
  const { t } = useTranslation();
  const errorText = useErrorText();
  const { register, handleSubmit, setError, formState } = useForm<Credentials>();
  const { errors, isSubmitting } = formState;

  const submit = handleSubmit(async (values) => {
    try {
      await login(values);
    } catch (error) {
      const wrong = error instanceof ApiError && error.status === UNAUTHORIZED;
      showServerErrors(
        error,
        ['email', 'password'],
        setError,
        wrong ? () => t('auth.wrongPassword') : errorText,
      );
    }
  });

  return (
    <AuthLayout title={t('auth.login')} text={t('auth.loginText')}>
      <form onSubmit={submit} noValidate className="space-y-5">
        {errors.root?.server && <Notice>{errors.root.server.message}</Notice>}
        <Field label={t('auth.email')} error={errors.email?.message}>
          {(control) => (
            <input
              {...control}
              {...register('email', { required: t('errors.required') })}
              type="email"
              autoComplete="email"
              className="input"
            />
          )}
        </Field>
        <Field label={t('auth.password')} error={errors.password?.message}>
          {(control) => (
            <PasswordInput
              {...control}
              {...register('password', { required: t('errors.required') })}
              autoComplete="current-password"
            />
          )}
        </Field>
        <Button type="submit" busy={isSubmitting} className="w-full">
          {t('auth.login')}
        </Button>
      </form>
      <p className="mt-8 text-center text-muted text-sm">
        {t('auth.noAccount')}{' '}
        <Link
          to="/register"
          className="inline-block p-2 font-semibold text-brand-strong underline underline-offset-2"
        >
          {t('auth.register')}
        </Link>
      </p>
    </AuthLayout>
  );
}
